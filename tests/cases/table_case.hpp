#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace segue::test {

/// A folder of tests/cases; its README says what stands in which file.
struct table_case {
    std::string name;
    std::vector<std::string> create;
    std::string alter;
    std::vector<std::string> writes;
    std::vector<std::string> checks;  ///< then.sql
    std::string table = "t";
    std::vector<std::string> session;
    std::vector<std::pair<std::string, std::string>> globals;
    std::vector<std::string> needs;
    std::vector<std::string> segue;
    std::vector<std::string> refused;
    std::vector<std::string> stopped;
    std::vector<std::string> told;
    std::vector<std::string> taken;
    std::vector<std::string> not_taken;
    std::vector<std::string> not_compared;
    std::optional<std::string> sql_mode;  ///< Of the native ALTER TABLE, as the next.
    std::optional<std::string> time_zone;
    std::string chunk_size = "10";  ///< Empty: as Segue chooses.
    bool in_every_run_on_8_0 = false;
};

/// Throws segue::error for a folder that cannot be read, or says something unknown.
table_case read_case(const std::filesystem::path& folder);

/// The names of all folders, in order.
std::vector<std::string> case_names(const std::filesystem::path& folder);

}  // namespace segue::test
