#include "src/carry/engine.hpp"

#include "src/base/error.hpp"
#include "src/carry/stream_start.hpp"
#include "src/carry/stream_tells.hpp"
#include "src/carry/xa_start.hpp"
#include "src/db/retry.hpp"
#include "src/servers/binary_log_status.hpp"
#include "src/servers/unreadable_replica.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>

#include <fmt/format.h>

namespace segue::carry {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

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

constexpr milliseconds tick{50};
constexpr std::size_t flush_workers_max = 2;
constexpr std::chrono::seconds first_marker_patience{15};

std::optional<wire::connection_options> replica_of_stream(const servers::server_roles& roles) {
    if (!roles.stream_from()) return std::nullopt;
    return roles.stream_from()->connection;
}

throttle::replica_lag_signal::advice what_helps_to_read(std::string schema) {
    return [schema = std::move(schema)](db::session& replica, const error& failure) {
        return servers::what_helps_to_read(replica, schema, failure);
    };
}

std::string uuid_of_stream(const servers::server_facts& primary,
                           const servers::server_roles& roles) {
    return roles.stream_from() ? roles.stream_from()->uuid : primary.uuid;
}

std::string random_hex(std::size_t digits) {
    std::random_device source;
    std::uniform_int_distribution<unsigned> digit(0, 15);
    std::string text;
    for (std::size_t i = 0; i < digits; ++i) text += fmt::format("{:x}", digit(source));
    return text;
}

std::string random_uuid() {
    return fmt::format("{}-{}-4{}-8{}-{}", random_hex(8), random_hex(4), random_hex(3),
                       random_hex(3), random_hex(12));
}

error left_out_of_the_log(const table_name& changelog) {
    return error(
        fmt::format("a change of ours in {} did not come through the binary log: is its database "
                    "left out (binlog-do-db, binlog-ignore-db)?",
                    changelog.quoted()));
}

// In the log of a replica who writes is its applier.
// Our heartbeats stand in the log, and so in the stream. Where none comes for so long, the log may
// have been reset, of which no server tells who reads it.
constexpr std::chrono::milliseconds silence_max{10'000};
constexpr int silent_beats_max = 20;

std::function<bool(std::uint64_t)> known_writers(const engine::surroundings& around) {
    if (around.roles.stream_from()) return {};
    return [&sessions = around.sessions](std::uint64_t connection) {
        return sessions.was_ours(connection);
    };
}

}  // namespace

std::string new_run_token() {
    return random_hex(16);
}

engine::engine(engine_task given, engine_settings settings, surroundings around)
    : task(std::move(given)),
      with(std::move(settings)),
      pace(around.pace),
      run_token(task.run_token.empty() ? new_run_token() : task.run_token),
      locking_reads(with.locking_reads || !task.server.order_commits),
      texts(task.projection, locking_reads, task.server.packet_bytes_max),
      checkpoint(task.checkpoint, run_token,
                 task.server.read_only_is_meant ? tables::checkpoint_table::when_read_only::write
                                                : tables::checkpoint_table::when_read_only::refuse),
      writer(texts, checkpoint, batch_keys()),
      barrier(around.sessions, {.changelog = task.changelog,
                                .run_token = run_token,
                                .interval = with.heartbeat_interval,
                                .order_commits_required = !locking_reads,
                                .failures_max = with.failures_max,
                                .read_only_is_meant = task.server.read_only_is_meant,
                                .restarts = &around.restarts}),
      changes({.keys_max = with.waiting_keys_max,
               .bytes_max = backlog_bytes_max,
               .client_orders = texts.codec().ordered()}),
      feed({.original = task.source.name,
            .columns = task.source.columns.size(),
            .case_insensitive_names = task.server.names_fold_case,
            .ours = {task.projection.target, task.changelog, task.checkpoint},
            .is_ours = known_writers(around),
            .called = task.words.target,
            .job = task.words.job,
            .done = task.words.done},
           texts.codec(), changes, around.threads.token()),
      router(barrier, task.changelog, {&feed}),
      chunks(changes, with.copy_workers),
      sizer(pace, rows_in_transaction(task.source)),
      conflicts(writer, barrier, changes, task.words,
                {.batch_keys = batch_keys(), .turn_keys = turn_keys()}),
      throttler(throttle::make_signals(with.throttling,
                                       {.pace = pace,
                                        .primary = around.roles.primary(),
                                        .stream_replica = replica_of_stream(around.roles),
                                        .changelog = task.changelog,
                                        .heartbeat_interval = with.heartbeat_interval,
                                        .clock = around.clock,
                                        .what_helps = what_helps_to_read(task.source.name.schema)}),
                around.clock),
      copying({.sessions = around.sessions,
               .writer = writer,
               .checkpoint = checkpoint,
               .conflicts = conflicts,
               .barrier = barrier,
               .chunks = chunks,
               .sizer = sizer,
               .throttler = throttler,
               .words = task.words,
               .pace = pace,
               .failures_max = with.failures_max,
               .failed = around.copy_failed,
               .holders = around.holders,
               .checks = task.checks}),
      flushing({.sessions = around.sessions,
                .writer = writer,
                .conflicts = conflicts,
                .barrier = barrier,
                .changes = changes,
                .throttler = throttler,
                .pace = pace,
                .words = task.words,
                .batch_keys = batch_keys(),
                .failures_max = with.failures_max,
                .holders = around.holders}),
      checkpointer({.sessions = around.sessions,
                    .checkpoint = checkpoint,
                    .router = router,
                    .changes = changes,
                    .chunks = chunks,
                    .stream_server_uuid = uuid_of_stream(task.server, around.roles),
                    .interval = with.checkpoint_interval,
                    .failures_max = with.failures_max}),
      around_(std::move(around)) {}

template <typename Operation>
void engine::with_session(Operation operation) {
    db::retrying_session retrying(around_.sessions, with.failures_max,
                                  db::lock_conflicts::outlasted);
    retrying.run("look after the copy", around_.threads.token(), operation);
}

std::size_t engine::batch_keys() const {
    return std::min(
        {texts.keys_max(), rows_in_transaction(task.source), std::size_t{batch_keys_max}});
}

std::size_t engine::turn_keys() const {
    return std::max(batch_keys(),
                    std::min({batches_in_turn_max * batch_keys(),
                              turn_bytes_max / texts.codec().literal_bytes_max(),
                              transactions_in_turn_max * rows_in_transaction(task.source)}));
}

binlog::stream_position engine::start_of_stream() {
    db::retrying_session primary(around_.sessions, with.failures_max,
                                 db::lock_conflicts::outlasted);
    return stream_start(primary, around_.roles, task.server.gtids, barrier, around_.tell,
                        around_.threads.token());
}

// Everything that must run before the first row is copied.
void engine::follow(start begin, const look_after& meanwhile) {
    // What was dropped before such a place is in no chunk that comes.
    require((begin.target == contents::of_an_earlier_run) == begin.copy.has_value() &&
                (!begin.copy || begin.from),
            "a copy goes on from a state with a place in the stream, and only from such");
    task_group& threads = around_.threads;
    threads.spawn("heartbeat", [this](std::stop_token end) {
        told_by_the_stream(end, [&] { barrier.run(end); });
    });
    const binlog::stream_position from = begin.from ? begin.from->position : start_of_stream();
    throttler.start(threads);
    barrier.pass(threads.token());
    if (begin.from)
        router.set_unrelated_xa(std::move(begin.from->settled_xa));
    else
        with_session([&](db::session& on) {
            router.set_unrelated_xa(wait_for_prepared_xa(on, task.server, task.source.name,
                                                         around_.tell, meanwhile, threads.token()));
        });
    // It was there before that place.
    if (begin.from) feed.watch_target(std::move(begin.writers));
    if (begin.target != contents::equal) begin_copy(std::move(begin.copy));
    changes.take_up_evicted(begin.evicted.last, begin.evicted.keys);
    binlog::reader_options reading{
        .connection = around_.stream_from,
        .subscriptions = router.subscriptions(),
        .server_id = with.replica_server_id,
        .replica_uuid = random_uuid(),
        .expected_server_uuid = uuid_of_stream(task.server, around_.roles),
        .reconnects_max = with.failures_max,
        .place_looked_at_after = std::max(silence_max, silent_beats_max * with.heartbeat_interval),
        .patience = &around_.sessions.patience()};
    if (begin.from && begin.from->mark) {
        reading.mark = begin.from->mark;
        router.on_mark(*begin.from->mark);
    }
    // Only a chunk reads what such a transaction committed.
    router.pass_unknown_xa(begin.target == contents::nothing);
    threads.spawn("stream", [this, reading, from](std::stop_token end) {
        binlog::read_stream(reading, from, router, end);
    });
    wait_for_first_marker(begin.target, meanwhile);
    router.pass_unknown_xa(false);
    start_flushing();
    threads.spawn("checkpoint", [this](std::stop_token end) {
        told_by_the_stream(end, [&] { checkpointer.run(end); });
    });
}

// Behind the first marker: only then it is known that our commits stand in the log, and so are
// barriers. What changed before is the chunks' to read.
void engine::start_flushing() {
    if (std::exchange(flushes_, true)) return;
    // Two names of one row must not be flushed by two workers at once.
    const std::size_t workers = texts.codec().ordered() ? flush_workers_max : 1;
    for (std::size_t i = 1; i <= workers; ++i)
        around_.threads.spawn(fmt::format("flush-{}", i),
                              [this](std::stop_token end) { flushing.run(end); });
}

// What changed since an earlier run stopped may be more than the change set holds, and the stream
// would never come to the marker. Then it is the server's word that our commits stand in its log.
void engine::flush_before_the_marker_if_full(contents target) {
    if (flushes_ || target == contents::nothing || !changes.half_full()) return;
    with_session([&](db::session& on) {
        if (servers::read_binary_log_status(on).leaves_out(task.changelog.schema,
                                                           task.server.names_fold_case))
            throw left_out_of_the_log(task.changelog);
    });
    start_flushing();
}

void engine::wait_for_first_marker(contents target, const look_after& meanwhile) {
    // A replica has already shown that it gets them, and may be late.
    const bool from_replica = around_.roles.stream_from().has_value();
    const std::uint64_t first = barrier.pass(around_.threads.token());
    binlog::stream_position behind;
    with_session(
        [&](db::session& on) { behind = servers::read_end_of_log(on, task.server.gtids); });
    auto tell_at = steady_clock::now() + first_marker_patience;
    const auto seen_within = [&](milliseconds limit) {
        return router.wait_for_marker(first, steady_clock::now() + limit, around_.threads.token());
    };
    while (!seen_within(tick)) {
        meanwhile();
        flush_before_the_marker_if_full(target);
        if (!from_replica && router.is_past(behind) && !seen_within(milliseconds(0)))
            throw left_out_of_the_log(task.changelog);
        if (steady_clock::now() < tell_at) continue;
        around_.tell(
            "the stream has not come to the binary log's end yet, and copying begins then: a huge "
            "transaction is being read, or the connection is slow");
        tell_at += 20 * first_marker_patience;
    }
}

std::optional<keys::key_value> engine::find_end(db::session& on) const {
    const auto last = on.query(texts.last_key());
    if (last.empty()) return std::nullopt;
    return texts.codec().from_row(last.front());
}

// Before the stream is read: what it says of the copy's keys depends on how far the copy is.
void engine::begin_copy(std::optional<copy_start> from) {
    if (from) {
        copy_ = std::move(*from);
        changes.go_on_copying(copy_.end, copy_.watermark, copy_.open_ranges());
    } else {
        with_session([&](db::session& on) {
            copy_ = copy_from_the_beginning(find_end(on));
            checkpoint.record_extent(on, {.end = copy_.end});
        });
        changes.begin_copy(copy_.end);
    }
    chunks.start_at(copy_.next_chunk, copy_.open);
}

void engine::copy(const look_after& meanwhile) {
    task_group& threads = around_.threads;
    // Under another lock mode INSERT ... SELECT holds the target's AUTO-INC lock to its end.
    const unsigned workers = task.server.concurrent_inserts ? with.copy_workers : 1;
    threads.spawn("bounds", [this](std::stop_token end) { copying.find_bounds(copy_, end); });
    copying_ = workers;
    for (unsigned i = 1; i <= workers; ++i)
        threads.spawn(fmt::format("copy-{}", i), [this](std::stop_token end) {
            copying.copy_chunks(end);
            --copying_;
        });
    while (copying_ > 0) meanwhile();
}

}  // namespace segue::carry
