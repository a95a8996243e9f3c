#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Views in which old names live on: `segue views`.
namespace segue::views {

/// The table, in the schema of the tables, in which it is written down which views were made.
inline constexpr std::string_view record_name = "_segue_views";

/// A view that was made, or is about to be.
struct made_view {
    table_name view;
    std::string table;       ///< Over which it is, in the record's schema.
    std::string definition;  ///< As select_of() has it.
    /// What it was, where it is being replaced: until that is done either may be there.
    std::optional<std::string> former = {};
    std::string security;  ///< INVOKER or DEFINER.
    std::string definer;   ///< As information_schema.VIEWS has it.
};

/// `_segue_views` of one schema. A view is written down before it is made and forgotten after it is
/// dropped, so that none of ours is without a row. Immutable; every call uses the session it is
/// given, and blocks. Throws segue::error. docs/state-format.md has its columns.
class record_table {
  public:
    explicit record_table(std::string schema);

    /// Whether a table of that name is there whose comment says that a Segue made it.
    bool is_segues(db::session& session) const;
    /// Throws where a table of that name is none of Segue's, or of another format.
    bool is_there(db::session& session) const;
    void make_if_missing(db::session& session) const;
    /// All views that are written down, by their names; none where there is no record.
    std::vector<made_view> read(db::session& session) const;
    /// The schemas that were made for views, or are about to be.
    std::vector<std::string> schemas(db::session& session) const;

    void note(db::session& session, const made_view& one) const;
    void note_schema(db::session& session, const std::string& made) const;
    void forget(db::session& session, const table_name& view) const;
    void forget_schema(db::session& session, const std::string& made) const;
    /// Whether nothing was in it, so that it was dropped.
    bool drop_if_empty(db::session& session) const;

    const table_name& name() const noexcept { return name_; }

  private:
    const table_name name_;
};

}  // namespace segue::views
