#include "src/rehearsal/slow_rename.hpp"

#include <fmt/format.h>

namespace segue::rehearsal {

std::optional<std::string> slow_rename(const swap::rename_forecast& seen, bool accepted) {
    if (seen.fits()) return std::nullopt;
    return fmt::format(
        "{} {}", seen.in_words(),
        accepted
            ? "Writes will wait that long, as --accept-slow-rename says."
            : "As long as that is so the tables are not swapped: a busy moment of the server makes "
              "it longer, and it is measured again before the swap, and then now and then. If it "
              "stays so, start again with --accept-slow-rename, if writes may wait that long, or "
              "with a larger --cut-over-stall-budget-millis; or change the table to fewer "
              "partitions.");
}

}  // namespace segue::rehearsal
