#include "src/db/table_failure.hpp"

#include "src/base/server_errors.hpp"

#include <string>

#include <fmt/format.h>

namespace segue::db {

bool is_missing_table(const error& failure) noexcept {
    switch (failure.mysql_errno()) {
        case er::bad_table_error:
        case er::unknown_table:
        case er::no_such_table:
        case er::no_such_table_in_engine:
            return true;
        default:
            return false;
    }
}

bool is_missing_table_or_schema(const error& failure) noexcept {
    return is_missing_table(failure) || failure.mysql_errno() == er::bad_db_error;
}

bool is_gone(const error& failure, const table_name& table) {
    if (failure.mysql_errno() == er::table_def_changed) return true;
    const std::string as_the_server_has_it = fmt::format("'{}.{}'", table.schema, table.name);
    return is_missing_table(failure) &&
           std::string_view(failure.what()).find(as_the_server_has_it) != std::string_view::npos;
}

bool is_denied(const error& failure) noexcept {
    switch (failure.mysql_errno()) {
        case er::dbaccess_denied_error:
        case er::tableaccess_denied_error:
        case er::columnaccess_denied_error:
        case er::specific_access_denied_error:
            return true;
        default:
            return false;
    }
}

bool is_about_a_table(const error& failure) noexcept {
    switch (failure.mysql_errno()) {
        case er::bad_field_error:
        case er::wrong_value_count_on_row:
        case er::table_def_changed:
            return true;
        default:
            return is_missing_table_or_schema(failure) || is_denied(failure);
    }
}

error row_is_gone(std::string_view what, const table_name& table) {
    return error(
        fmt::format("{} is gone from {}: somebody else has emptied or changed that table while the "
                    "migration ran. Nothing was written by this statement.",
                    what, table.quoted()));
}

}  // namespace segue::db
