#include "src/migration/slow_rename.hpp"

#include <fmt/format.h>

namespace segue::migration {

std::optional<std::string> slow_rename(const swap::rename_forecast& seen, const settings& with) {
    if (seen.fits()) return std::nullopt;
    return fmt::format(
        "{} {}", seen.in_words(),
        with.accept_slow_rename
            ? "Writes will wait that long, as --accept-slow-rename says."
            : "As long as that is so the tables are not swapped: a busy moment of the server makes "
              "it longer, and it is measured again before the swap, and then now and then. If it "
              "stays so, start again with --accept-slow-rename, if writes may wait that long, or "
              "with a larger --cut-over-stall-budget-millis; or change the table to fewer "
              "partitions.");
}

std::optional<std::string> slow_rename(const preflight::plan& made, const settings& with) {
    return slow_rename(swap::rename_forecast(with.stall_budget, made.rename_time), with);
}

}  // namespace segue::migration
