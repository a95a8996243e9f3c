#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

namespace segue::cli {

/// The flags that mean something to `segue backfill`, besides those that every subcommand has
/// (flags_of()); others are refused, unless they ask for nothing anyway (flag_answer::notice).
inline std::span<const std::string_view> flags_of_a_backfill() {
    static constexpr std::array<std::string_view, 43> names = {"assume-master-host",
                                                               "master-user",
                                                               "master-password",
                                                               "execute",
                                                               "set",
                                                               "where",
                                                               "touch",
                                                               "allow-nondeterministic",
                                                               "force-table-names",
                                                               "chunk-size",
                                                               "chunk-time",
                                                               "nice-ratio",
                                                               "default-retries",
                                                               "wait-for-server-seconds",
                                                               "max-lag-millis",
                                                               "throttle-control-replicas",
                                                               "throttle-query",
                                                               "throttle-http",
                                                               "throttle-http-interval-millis",
                                                               "throttle-http-timeout-millis",
                                                               "ignore-http-errors",
                                                               "throttle-flag-file",
                                                               "throttle-additional-flag-file",
                                                               "max-load",
                                                               "critical-load",
                                                               "critical-load-interval-millis",
                                                               "critical-load-hibernate-seconds",
                                                               "heartbeat-interval-millis",
                                                               "panic-flag-file",
                                                               "force-named-panic",
                                                               "serve-socket-file",
                                                               "serve-tcp-port",
                                                               "serve-tcp-host",
                                                               "hooks-path",
                                                               "hooks-hint",
                                                               "hooks-hint-owner",
                                                               "hooks-hint-token",
                                                               "hooks-status-interval",
                                                               "hooks-timeout-seconds",
                                                               "resume",
                                                               "no-resume",
                                                               "report",
                                                               "stack"};
    return names;
}

/// Those that mean something to `segue expand`: what it makes, and a backfill's but for what that
/// is told to set.
inline std::vector<std::string_view> flags_of_an_expand() {
    std::vector<std::string_view> names = {"column",
                                           "up",
                                           "down",
                                           "rename",
                                           "definer",
                                           "trigger-order",
                                           "cut-over-stall-budget-millis",
                                           "cut-over-lock-timeout-seconds"};
    for (const std::string_view one : flags_of_a_backfill())
        if (one != "set" && one != "where" && one != "allow-nondeterministic") names.push_back(one);
    return names;
}

/// Those that mean something to `segue split`: its own, a backfill's but for what that is told to
/// set, and what a migration has of the stream and of locks.
inline std::vector<std::string_view> flags_of_a_split() {
    std::vector<std::string_view> names = {"from",
                                           "into",
                                           "columns",
                                           "create",
                                           "finish",
                                           "finish-when-copied",
                                           "finish-flag-file",
                                           "threads",
                                           "locking-reads",
                                           "replica-server-id",
                                           "cut-over-stall-budget-millis",
                                           "cut-over-lock-timeout-seconds"};
    for (const std::string_view one : flags_of_a_backfill())
        if (one != "set" && one != "touch" && one != "allow-nondeterministic" &&
            one != "force-table-names")
            names.push_back(one);
    return names;
}

}  // namespace segue::cli
