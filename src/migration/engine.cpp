#include "src/migration/engine.hpp"

#include <algorithm>
#include <random>

#include <fmt/format.h>

namespace segue::migration {
namespace {

constexpr std::size_t batch_keys_max = 1'000;
constexpr std::size_t batches_in_turn_max = 20;
constexpr std::size_t turn_bytes_max = 16U << 20U;  // of literals
constexpr std::size_t backlog_bytes_max = 20U << 20U;
constexpr std::uint64_t transaction_bytes = 32U << 20U;  // of rows as long as the average
// Group replication takes 150 MB if nobody says otherwise.
constexpr std::uint64_t transactions_in_turn_max = 4;

// How many rows of the table make a transaction of a size that a server takes easily, from 1 on.
std::uint64_t rows_in_transaction(const schema::table_definition& table) {
    const std::uint64_t average = std::max<std::uint64_t>(
        1, table.data_bytes / std::max<std::uint64_t>(1, table.rows_estimate));
    return std::max<std::uint64_t>(1, transaction_bytes / average);
}

throttle::throttle_settings throttling_of(const settings& with,
                                          const servers::server_roles& roles) {
    auto made = with.throttling;
    if (roles.stream_from()) made.stream_replica = roles.stream_from()->connection;
    return made;
}

}  // namespace

std::string random_hex(std::size_t digits) {
    std::random_device source;
    std::uniform_int_distribution<unsigned> digit(0, 15);
    std::string text;
    for (std::size_t i = 0; i < digits; ++i) text += fmt::format("{:x}", digit(source));
    return text;
}

engine::engine(db::session_factory& sessions, const settings& with,
               const servers::server_roles& roles, const preflight::plan& inspected,
               swap::swap_record& swap, servers::durability& restarts, task_group& group,
               const clock_source& clock)
    : run_token(random_hex(16)),
      made(inspected),
      locking_reads(with.locking_reads || !made.server.order_commits),
      texts(made.projection, locking_reads, made.server.packet_bytes_max),
      checkpoint(made.tables.checkpoint, run_token),
      writer(texts, checkpoint, batch_keys()),
      barrier(sessions, {.changelog = made.tables.changelog,
                         .run_token = run_token,
                         .interval = with.heartbeat_interval,
                         .order_commits_required = !locking_reads,
                         .retries_max = with.failures_max,
                         .restarts = &restarts}),
      changes({.keys_max = backlog_keys_max,
               .bytes_max = backlog_bytes_max,
               .client_orders = texts.codec().ordered()}),
      feed({.original = made.original.name,
            .columns = made.original.columns.size(),
            .case_insensitive_names = made.server.names_fold_case},
           texts.codec(), barrier, changes, group.token()),
      chunks(changes, with.copy_workers),
      sizer(with.chunk_time, with.chunk_rows, rows_in_transaction(made.original)),
      conflicts(writer, barrier, changes, {.batch_keys = batch_keys(), .turn_keys = turn_keys()}),
      throttler(throttle::make_signals(throttling_of(with, roles), roles.primary(),
                                       made.tables.changelog, clock),
                clock),
      copying({.sessions = sessions,
               .writer = writer,
               .checkpoint = checkpoint,
               .conflicts = conflicts,
               .barrier = barrier,
               .chunks = chunks,
               .sizer = sizer,
               .throttler = throttler,
               .failures_max = with.failures_max,
               .nice_ratio = with.nice_ratio}),
      flushing({.sessions = sessions,
                .writer = writer,
                .conflicts = conflicts,
                .barrier = barrier,
                .changes = changes,
                .throttler = throttler,
                .batch_keys = batch_keys(),
                .failures_max = with.failures_max}),
      swapping({.sessions = sessions,
                .migration = made,
                .record = swap,
                .writer = writer,
                .checkpoint = checkpoint,
                .barrier = barrier,
                .feed = feed,
                .changes = changes,
                .flusher = flushing,
                .clock = clock,
                .with = {.stall_budget = with.stall_budget,
                         .ignore_old_snapshots = with.ignore_old_snapshots,
                         .kill_blockers_after = with.kill_blockers_after,
                         .from_replica = roles.stream_from().has_value(),
                         .accept_slow_rename = with.accept_slow_rename}}) {}

std::size_t engine::batch_keys() const {
    return std::min(
        {texts.keys_max(), rows_in_transaction(made.original), std::size_t{batch_keys_max}});
}

std::size_t engine::turn_keys() const {
    return std::max(batch_keys(),
                    std::min({batches_in_turn_max * batch_keys(),
                              turn_bytes_max / texts.codec().literal_bytes_max(),
                              transactions_in_turn_max * rows_in_transaction(made.original)}));
}

}  // namespace segue::migration
