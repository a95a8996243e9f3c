#include "src/base/refusal.hpp"

#include "src/base/error.hpp"
#include "src/base/refused_as.hpp"

#include <fmt/format.h>

namespace segue {

error refused(const std::vector<refusal>& refusals) {
    std::string text(refused_migration);
    for (const refusal& one : refusals) {
        text += fmt::format("\n  - {}\n    ", one.problem);
        for (const char c : one.remedy)
            text += c == '\n' ? std::string("\n    ") : std::string(1, c);
    }
    return error(text);
}

void throw_refusals(const std::vector<refusal>& refusals) {
    if (!refusals.empty()) throw refused(refusals);
}

}  // namespace segue
