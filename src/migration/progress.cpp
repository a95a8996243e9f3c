#include "src/migration/progress.hpp"

namespace segue::migration {

std::string_view name_of(phase at) noexcept {
    switch (at) {
        case phase::inspect:
            return "inspect";
        case phase::copy:
            return "copy";
        case phase::verify:
            return "verify";
        case phase::postponed:
            return "postponed";
        case phase::cut_over:
            return "cut-over";
        case phase::done:
            return "done";
    }
    return "";
}

}  // namespace segue::migration
