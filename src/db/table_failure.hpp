#pragma once

#include "src/base/error.hpp"
#include "src/base/table_name.hpp"

#include <string_view>

/// What the server says of tables and rights, and not of the rows.
/// https://dev.mysql.com/doc/mysql-errors/9.4/en/server-error-reference.html
namespace segue::db {

/// Whether a table that the statement names is not there.
bool is_missing_table(const error& failure) noexcept;

/// Whether a table that the statement names is not there, or not even its schema: dropped, or not
/// replicated to this server yet.
bool is_missing_table_or_schema(const error& failure) noexcept;

/// What `look` returns, which reads tables that another process may drop meanwhile: it is called
/// anew where one has gone since it saw it, a few times. Throws what `look` throws.
template <typename Look>
auto in_spite_of_drops(Look look) {
    constexpr int looks_max = 8;  // a migration has fewer tables
    for (int looks = 1; looks < looks_max; ++looks) {
        try {
            return look();
        } catch (const error& failure) {
            if (!is_missing_table(failure)) throw;
        }
    }
    return look();
}

/// Whether the server says of this very table that it is not there, or that it became another one
/// meanwhile, which of several tables it does not say.
bool is_gone(const error& failure, const table_name& table);

/// Whether a table is not there, has other columns than the statement takes it to have, or is none
/// that the account may use so: whatever the rows are.
bool is_about_a_table(const error& failure) noexcept;

/// Whether the account lacks a privilege that the statement takes.
bool is_denied(const error& failure) noexcept;

/// A row of Segue's own, `what`, which only others can have taken away, is not in the table.
error row_is_gone(std::string_view what, const table_name& table);

}  // namespace segue::db
