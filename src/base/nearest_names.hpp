#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace segue {

/// Those of `known` that `written` may have been meant to be, the likeliest first: a few letters
/// differ, are left out or too many, or stand in another order (letter case, _ and - alike), or it
/// is a part of the name. At most `count`; empty where none is near. Pure.
std::vector<std::string> nearest_names(std::string_view written, std::span<const std::string> known,
                                       std::size_t count);

/// "Did you mean `orders`? ", for a sentence to follow, with up to three of them; empty where none
/// is near. Pure.
std::string did_you_mean(std::string_view written, std::span<const std::string> known);

}  // namespace segue
