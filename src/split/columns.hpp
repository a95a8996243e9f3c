#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace segue::split {

/// A column of the target, and the column of the source that it carries on.
struct mapped_column {
    std::string target;  ///< Without quotes, as written.
    std::string source;
    bool operator==(const mapped_column&) const = default;
};

/// Reads "user_id=id, street": what stands right of `=` is of the source, and a name alone is that
/// of both. In backticks or not. Throws segue::error with a remedy. Pure.
std::vector<mapped_column> parse_columns(std::string_view text);

/// "`user_id`=`id`, `street`": as the state of a run has them. Pure.
std::string text_of(std::span<const mapped_column> columns);

/// "CREATE TABLE `s`.`other` (...)" in place of "CREATE TABLE addresses (...)". Throws segue::error
/// with a remedy for what is no plain CREATE TABLE of `named`: one IF NOT EXISTS, a TEMPORARY one,
/// one LIKE another or AS a query, one that has REFERENCES, or another table. Pure.
std::string create_statement_for(std::string_view create, const std::string& named,
                                 const std::string& schema, const std::string& quoted);

}  // namespace segue::split
