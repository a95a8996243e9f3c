#include "cli/command_line/flag_value.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace segue::cli {

std::int64_t flag_value::integer() const {
    return std::stoll(text_);
}

double flag_value::real() const {
    return std::strtod(text_.c_str(), nullptr);
}

std::int64_t flag_value::clamped(std::int64_t least, std::int64_t most) const {
    const auto value = integer();
    const auto used = std::clamp(value, least, most);
    if (used != value)
        notices_->push_back(fmt::format("--{}={} is not between {} and {}: {} is used", name_,
                                        value, least, most, used));
    return used;
}

double flag_value::clamped_real(double least, double most) const {
    const double value = real();
    const double used = std::clamp(value, least, most);
    if (value < least || value > most)
        notices_->push_back(fmt::format("--{}={} is not between {} and {}: {} is used", name_,
                                        text_, least, most, used));
    return used;
}

std::int64_t flag_value::within(std::int64_t least, std::int64_t most) const {
    const auto value = integer();
    if (value < least || value > most)
        throw error(fmt::format("--{}={} is not between {} and {}", name_, value, least, most));
    return value;
}

}  // namespace segue::cli
