#pragma once

#include "src/views/plan.hpp"
#include "src/views/removal.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::display {

/// How `segue views` ended.
struct views_end {
    bool executed = false;
    std::optional<views::plan> made = {};        ///< Or else `dropped`.
    std::optional<views::removal> dropped = {};  ///< Of --drop.
    std::vector<std::string> done = {};          ///< A line each.
    std::string why_not_done = {};               ///< Empty: all was done.
};

/// The document of `segue views --json`: docs/json.md.
std::string json_of(const views_end& end);

/// The same of one that was refused, or failed.
std::string json_of_refused_views(std::string_view why);

}  // namespace segue::display
