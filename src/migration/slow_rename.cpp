#include "src/migration/settings.hpp"

#include <fmt/format.h>

namespace segue::migration {

std::optional<std::string> slow_rename(const plan& made, const settings& with) {
    if (!made.rename_time || *made.rename_time <= with.stall_budget) return std::nullopt;
    return fmt::format(
        "RENAME TABLE alone takes some {} ms here, measured on empty tables of as many partitions, "
        "and the stall budget is {} ms. {}",
        made.rename_time->count(), with.stall_budget.count(),
        with.accept_slow_rename
            ? "Writes will wait that long, as --accept-slow-rename says."
            : "So the tables will not be swapped. Start again with --accept-slow-rename, if writes "
              "may wait that long, or with a larger --cut-over-stall-budget-millis; or change the "
              "table to fewer partitions.");
}

}  // namespace segue::migration
