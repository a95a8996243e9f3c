#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace segue::preflight {

/// Who keeps the record of the tables that are made and dropped, so that one that stays, whatever
/// ends the run, can be told.
struct table_record {
    std::function<void(const table_name&)> made;     ///< Before CREATE is sent: it may be there.
    std::function<void(const table_name&)> dropped;  ///< Or not made after all.
};

/// An empty table of Segue's, made like another one.
/// Lifecycle: the destructor drops it, unless it is to be kept; one that it could not drop stays on
/// the record. Errors: segue::error.
class empty_table {
  public:
    enum class purpose {
        new_table,    ///< It may become the original.
        for_a_moment  ///< To try something on: its comment says so, and whoever finds it drops it.
    };
    /// The name is free, or this throws. What is given outlives this.
    empty_table(db::session& session, const table_record& record, table_name name,
                const table_name& like, purpose of);
    empty_table(const empty_table&) = delete;
    empty_table& operator=(const empty_table&) = delete;
    ~empty_table();

    /// The destructor will not drop it.
    void keep() noexcept { kept_ = true; }
    void drop();

  private:
    db::session& session_;
    const table_record& record_;
    const table_name name_;
    bool kept_ = false;
};

/// Drops a table that Segue has made, also where a stop ends the statements that run.
void drop_made(db::session& session, const table_record& record, const table_name& name);

/// Gives the table the comment of one that was made for a moment.
void mark_for_a_moment(db::session& session, const table_name& name);

/// Begins the comment that an ALTER gives a table that was made for a moment, so that there is no
/// time without the mark.
inline constexpr std::string_view mark_before_comment = "Segue: rehearsal; ";

/// Whether this text of SHOW CREATE TABLE has the comment of a table that was made for a moment, or
/// one that begins with mark_before_comment.
bool is_marked_for_a_moment(const std::string& create_statement);

/// A text of SHOW CREATE TABLE with the comment that `original`, the original's text, has in place
/// of the one of a table for a moment, or with none; where an ALTER gave it one, with that.
std::string without_mark(std::string create_statement, const std::string& original);

}  // namespace segue::preflight
