#include "cli/running/hook_variables.hpp"

#include "cli/display/hint_block.hpp"
#include "cli/display/status_line.hpp"
#include "src/base/table_naming.hpp"

#include <chrono>
#include <string>

#include <fmt/format.h>

namespace segue::cli {
namespace {

// As C's %f, which gh-ost prints them by.
std::string seconds_text(std::chrono::milliseconds time) {
    return fmt::format("{:.6f}", display::seconds_of(time));
}

std::string without_port(const std::string& server) {
    return server.substr(0, server.rfind(':'));
}

}  // namespace

hooks::hook_variables hook_variables_of(const options& given, const migration::progress& now,
                                        const std::optional<migration::subject>& about) {
    const auto meant = tables_beside(given.run.request.original, given.run.request.naming);
    const auto& original = about ? about->original : meant.original;
    const auto left = display::time_left(now);
    const bool began = about && now.rows_estimate > 0;
    return {
        {"DATABASE_NAME", original.schema},
        {"TABLE_NAME", original.name},
        {"GHOST_TABLE_NAME", (about ? about->ghost : meant.ghost).name},
        {"OLD_TABLE_NAME", (about ? about->old : meant.old).name},
        {"DDL", given.run.request.alter_text},
        {"ELAPSED_SECONDS", seconds_text(now.elapsed)},
        {"ELAPSED_COPY_SECONDS", seconds_text(now.copy_elapsed)},
        {"ESTIMATED_ROWS", std::to_string(now.rows_estimate)},
        {"COPIED_ROWS", std::to_string(now.rows_copied)},
        {"MIGRATED_HOST", about ? without_port(about->primary.host) : ""},
        {"INSPECTED_HOST", about ? without_port(about->inspected.host) : ""},
        {"EXECUTING_HOST", display::host_name()},
        // Both are known by the heartbeat alone.
        {"INSPECTED_LAG", seconds_text(now.heartbeat_lag)},
        {"HEARTBEAT_LAG", seconds_text(now.heartbeat_lag)},
        {"PROGRESS", fmt::format("{:.6f}", began ? display::copied_percent(now) : 0.0)},
        {"ETA_SECONDS",
         left ? std::to_string(std::chrono::duration_cast<std::chrono::seconds>(*left).count())
              : ""},
        {"HOOKS_HINT", given.hooks.hint},
        {"HOOKS_HINT_OWNER", given.hooks.hint_owner},
        {"HOOKS_HINT_TOKEN", given.hooks.hint_token},
        {"DRY_RUN", given.execute ? "false" : "true"},
        {"REVERT", "false"},
    };
}

}  // namespace segue::cli
