#include "src/verify/difference.hpp"

#include "src/base/table_name.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace segue::verify {

std::string describe(const difference& of, const keys::key_codec& codec, std::string_view target) {
    const std::string row = "row " + codec.describe(of.key);
    switch (of.kind) {
        case difference_kind::missing:
            return fmt::format("{}: missing in {}", row, target);
        case difference_kind::surplus:
            return fmt::format("{}: in {} alone", row, target);
        case difference_kind::changed:
            break;
    }
    std::vector<std::string> names;
    for (const std::string& name : of.columns) names.push_back(quoted_name(name));
    return names.empty() ? fmt::format("{}: other values in {}", row, target)
                         : fmt::format("{}: other values in {}", row, fmt::join(names, ", "));
}

}  // namespace segue::verify
