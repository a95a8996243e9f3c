#include "src/rows/refused_value.hpp"

#include "src/base/server_errors.hpp"
#include "src/base/table_name.hpp"
#include "src/rows/computed_value.hpp"

#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace segue::rows {
namespace {

// https://dev.mysql.com/doc/mysql-errors/9.4/en/server-error-reference.html
std::string_view kind_and_remedy(int mysql_errno) {
    switch (mysql_errno) {
        case er::bad_null_error:
        case er::bad_null_error_not_ignored:
            return "The value is NULL, and the new column takes none: give such rows a value, or "
                   "let the column be NULL";
        case er::data_too_long:
            return "The value is longer than the new column takes: shorten such values, or make "
                   "the column longer";
        case er::warn_data_out_of_range:
            return "The value is out of the range of the new type: correct such values, or choose "
                   "a type with more room";
        case er::warn_data_truncated:
            return "The value is none that the new type has, or it is longer: correct such values, "
                   "or "
                   "choose another type";
        case er::truncated_wrong_value:
        case er::truncated_wrong_value_for_field:
        case er::wrong_value_for_type:
        case er::cannot_convert_string:
        case er::invalid_json_text:
            return "The value cannot become one of the new type, or has characters that the new "
                   "column lacks: correct such values, or choose another type";
        case er::wrong_srid_for_column:
            return "The value is of another spatial reference system than the new column: give it "
                   "that (ST_SRID(c, n), ST_Transform(c, n)), or let the column take any";
        case er::check_constraint_violated:
            return "Correct such rows, or leave the constraint out";
        case er::no_partition_for_given_value:
        case er::row_does_not_match_given_partition_set:
            return "Add a partition that takes such rows, or correct them";
        case er::dup_entry:
        case er::dup_entry_with_key_name:
            return "Change or delete one of the two rows, or leave the index out";
        default:
            return {};
    }
}

// A function names no column in which its value was to be.
std::string columns_meant(std::string_view words, const std::vector<std::string>& converted) {
    if (converted.empty() || words.find("olumn '") != words.npos) return {};
    std::string named;
    for (const std::string& column : converted)
        named += (named.empty() ? "" : " or ") + quoted_name(column);
    return fmt::format(". It is about {}, whose type changes", named);
}

bool is_about_a_value(int mysql_errno) {
    switch (mysql_errno) {
        case er::check_constraint_violated:
        case er::no_partition_for_given_value:
        case er::row_does_not_match_given_partition_set:
        case er::dup_entry:
        case er::dup_entry_with_key_name:
            return false;
        default:
            return true;
    }
}

}  // namespace

std::string what_to_do_about(const error& failure, const statements& texts) {
    if (auto computed = hint_on_computed(failure, texts.computed()); !computed.empty())
        return computed;
    const std::string_view remedy = kind_and_remedy(failure.mysql_errno());
    if (remedy.empty()) return {};
    const std::string column = is_about_a_value(failure.mysql_errno())
                                   ? columns_meant(failure.what(), texts.converted())
                                   : "";
    return fmt::format("{}. {}", column, remedy);
}

}  // namespace segue::rows
