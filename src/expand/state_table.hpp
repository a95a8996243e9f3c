#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/earlier/expanded_columns.hpp"

#include <string>
#include <utility>

namespace segue::expand {

/// Writes down in `_<t>_exp` what is made of one column (src/earlier/expanded_columns reads it).
/// Immutable; every call uses the session it is given, blocks, and is a transaction of its own.
/// Throws segue::error.
class state_table {
  public:
    state_table(table_name name, std::string new_column)
        : name_(std::move(name)), column_(std::move(new_column)) {}

    /// Makes the table where there is none, and begins with the column.
    void begin(db::session& session, const earlier::expand_facts& asked,
               const std::string& sql_mode) const;
    /// Removes what stands of the column, and the table where it was the only one.
    void take_back(db::session& session) const;
    /// The phase, since now, and who writes it.
    void enter(db::session& session, earlier::expand_phase at) const;
    /// What a verification told.
    void record_found(db::session& session, const std::string& words) const;

    /// A contract begins, the way that is named, by these options of ALTER TABLE.
    void begin_contract(db::session& session, std::string_view goes,
                        const std::string& alter) const;
    /// Since when statements are watched, as src/contract/watch_record reads it.
    void record_watch(db::session& session, const std::string& text) const;
    /// The column is expanded no more: what stands of it is removed, and the table with it where
    /// nothing else is in it. Nobody else may begin with the table meanwhile
    /// (earlier::claim_start()).
    void remove(db::session& session) const;

    const table_name& name() const noexcept { return name_; }

  private:
    void put(db::session& session, std::string_view hint, const std::string& expression) const;

    const table_name name_;
    const std::string column_;
};

}  // namespace segue::expand
