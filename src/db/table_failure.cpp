#include "src/db/table_failure.hpp"

namespace segue::db {

bool is_missing_table(const error& failure) noexcept {
    constexpr int bad_table = 1051;
    constexpr int unknown_table = 1109;
    constexpr int no_such_table = 1146;
    constexpr int no_such_table_in_engine = 1932;
    switch (failure.mysql_errno()) {
        case bad_table:
        case unknown_table:
        case no_such_table:
        case no_such_table_in_engine:
            return true;
        default:
            return false;
    }
}

bool is_about_a_table(const error& failure) noexcept {
    constexpr int schema_denied = 1044;
    constexpr int no_such_schema = 1049;
    constexpr int bad_column = 1054;
    constexpr int number_of_columns = 1136;
    constexpr int table_denied = 1142;
    constexpr int column_denied = 1143;
    switch (failure.mysql_errno()) {
        case schema_denied:
        case no_such_schema:
        case bad_column:
        case number_of_columns:
        case table_denied:
        case column_denied:
            return true;
        default:
            return is_missing_table(failure);
    }
}

}  // namespace segue::db
