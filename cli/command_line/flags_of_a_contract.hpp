#pragma once

#include "cli/command_line/flags.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace segue::cli {

/// The flags that mean something to `segue contract`: a migration's, which it is, but for those
/// that say what is changed, or where, and those of other commands.
inline std::vector<std::string_view> flags_of_a_contract() {
    static constexpr std::array<std::string_view, 23> others = {"alter",
                                                                "set",
                                                                "allow-nondeterministic",
                                                                "where",
                                                                "touch",
                                                                "as",
                                                                "view",
                                                                "map",
                                                                "sql-security",
                                                                "column",
                                                                "up",
                                                                "down",
                                                                "rename",
                                                                "trigger-order",
                                                                "definer",
                                                                "with-table",
                                                                "with-database",
                                                                "test-on-replica",
                                                                "test-on-replica-skip-replica-stop",
                                                                "migrate-on-replica",
                                                                "attempt-instant-ddl",
                                                                "approve-renamed-columns",
                                                                "skip-renamed-columns"};
    std::vector<std::string_view> names;
    for (const flag& one : flags())
        if (one.answered_by == flag_answer::obeyed &&
            std::ranges::find(others, one.name) == others.end())
            names.push_back(one.name);
    return names;
}

}  // namespace segue::cli
