#include "src/migration/migration.hpp"

#include "binlog/stream.hpp"
#include "src/base/clock.hpp"
#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"
#include "src/base/task_group.hpp"
#include "src/db/session_factory.hpp"
#include "src/migration/attempt_pace.hpp"
#include "src/migration/engine.hpp"
#include "src/migration/retry.hpp"
#include "src/migration/server_roles.hpp"
#include "src/migration/stream_start.hpp"
#include "src/migration/table_statistics.hpp"
#include "src/migration/xa_start.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace segue::migration {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds tick{50};
constexpr std::size_t flush_workers_max = 2;
constexpr std::chrono::seconds first_marker_patience{15};
constexpr std::chrono::seconds prune_interval{10};
constexpr std::chrono::seconds stop_grace{1};

std::string random_uuid() {
    return fmt::format("{}-{}-4{}-8{}-{}", random_hex(8), random_hex(4), random_hex(3),
                       random_hex(3), random_hex(12));
}

plan inspect_with(const server_roles& roles, db::session& primary, inspection_request request) {
    const auto& replica = roles.stream_from();
    if (replica) {
        roles.throw_if_tables_differ(primary, request.original);
        request.replica_image_is_minimal = replica->image_is_minimal;
    }
    plan made = inspect(primary, request);
    if (replica) made.stream_host = replica->host;
    return made;
}

std::string text_of(const binlog::stream_position& position) {
    if (const auto* file = std::get_if<binlog::file_position>(&position))
        return fmt::format("{}:{}", file->file, file->offset);
    return std::get<binlog::gtid_set>(position).text();
}

}  // namespace

std::string_view name_of(phase at) noexcept {
    switch (at) {
        case phase::inspect:
            return "inspect";
        case phase::copy:
            return "copy";
        case phase::postponed:
            return "postponed";
        case phase::cut_over:
            return "cut-over";
        case phase::done:
            return "done";
    }
    return "";
}

struct migration::run_state {
    run_state(settings given, observer& told_to) : with(std::move(given)), told(told_to) {}

    // The first thing of all.
    void find_servers() {
        roles.emplace(
            server_roles::find(with.connection, with.assume_primary, with.request.original.schema));
        sessions.emplace(roles->primary());
    }

    void enter(phase next) {
        {
            std::lock_guard lock(mutex);
            at = next;
        }
        told.on_phase(next);
    }

    const settings with;
    observer& told;
    const steady_clock_source clock;
    std::optional<server_roles> roles;            // set by find_servers()
    std::optional<db::session_factory> sessions;  // to the primary; set by find_servers()
    const steady_clock::time_point began = steady_clock::now();

    mutable std::mutex mutex;
    // Guarded by mutex:
    phase at = phase::inspect;
    std::unique_ptr<engine> parts;
    steady_clock::time_point copy_began{};
    steady_clock::time_point copy_ended{};
    std::string postponed_because;
    std::vector<table_name> tables_made;
};

migration::migration(settings with, observer& told)
    : state_(std::make_unique<run_state>(std::move(with), told)) {}
migration::~migration() = default;

void migration::rehearse() {
    state_->find_servers();
    db::session session = state_->sessions->connect();
    inspection_request request = state_->with.request;
    request.rehearsal = true;
    const plan made = inspect_with(*state_->roles, session, request);
    state_->told.on_plan(made);
    drop_if_exists(session, made.target.name);
}

// One run. Its threads end with it.
class migration::runner {
  public:
    explicit runner(run_state& state) : state_(state) {}

    outcome run(std::stop_token stop) {
        prepare();
        const std::stop_callback ask_threads(stop, [this] { threads_.request_stop(); });
        try {
            start_following(stop);
            copy(stop);
            make_statistics(stop);
            outcome made = swap(stop);
            for (const std::string& note : parts().made.notes) state_.told.on_notice(note);
            end_threads();
            try {
                threads_.join();
            } catch (const std::exception& late) {
                // The tables are swapped; what a worker met afterwards changes nothing.
                log::warning("after the swap: {}", late.what());
            }
            clean_up(made);
            state_.enter(phase::done);
            return made;
        } catch (...) {
            end_threads();
            threads_.join();  // the first failure of a thread is the cause
            throw;
        }
    }

  private:
    engine& parts() { return *state_.parts; }

    void note_made(const table_name& table) {
        std::lock_guard lock(state_.mutex);
        state_.tables_made.push_back(table);
    }

    void prepare() {
        state_.find_servers();
        db::session session = state_.sessions->connect();
        plan made = inspect_with(*state_.roles, session, state_.with.request);
        note_made(made.tables.ghost);
        state_.told.on_plan(made);
        for (const std::string& weaker : made.server.weaker) state_.told.on_notice(weaker);
        auto built = std::make_unique<engine>(*state_.sessions, state_.with, *state_.roles, made,
                                              threads_, state_.clock);
        tell_what_flags_cannot_do(made);
        if (built->locking_reads && !made.server.order_commits)
            state_.told.on_notice(
                "binlog_order_commits is OFF: rows are read with locks, which the application may "
                "wait for.");
        {
            std::lock_guard lock(state_.mutex);
            state_.parts = std::move(built);
        }
        note_made(made.tables.changelog);
        parts().barrier.create(session);
        note_made(made.tables.checkpoint);
        parts().checkpoint.create(session, made.server.uuid);
    }

    void tell_what_flags_cannot_do(const plan& made) {
        if (!state_.with.kill_blockers_after) return;
        if (!made.server.sees_xa_holders)
            state_.told.on_notice(
                "--kill-blockers-after-seconds ends nobody: who holds the table, and whether by a "
                "prepared XA transaction, cannot be seen in performance_schema.");
        else if (!made.server.ends_connections)
            state_.told.on_notice(
                "--kill-blockers-after-seconds can end sessions of this account only: others need "
                "GRANT CONNECTION_ADMIN ON *.*.");
    }

    // Everything that must run before the first row is copied.
    void start_following(std::stop_token stop) {
        engine& of = parts();
        const settings& with = state_.with;
        threads_.spawn("heartbeat", [&of](std::stop_token end) { of.barrier.run(end); });
        retrying_session primary(*state_.sessions, with.failures_max, lock_conflicts::outlasted);
        const auto from = stream_start(
            primary, *state_.roles, of.made.server.gtids, of.barrier,
            [&](const std::string& text) { state_.told.on_notice(text); }, threads_.token());
        of.throttler.start(threads_);
        of.barrier.pass(threads_.token());
        with_session([&](db::session& on) {
            of.feed.set_unrelated_xa(wait_for_prepared_xa(
                on, of.made.server, of.made.original.name,
                [&](const std::string& text) { state_.told.on_notice(text); }, threads_.token()));
        });
        with_session([&](db::session& on) { find_end(on); });
        const auto& replica = state_.roles->stream_from();
        binlog::reader_options reading{
            .connection = with.connection,
            .subscriptions =
                of.feed.subscriptions(of.made.projection.key, of.made.tables.changelog),
            .server_id = with.replica_server_id,
            .replica_uuid = random_uuid(),
            .expected_server_uuid = replica ? replica->uuid : of.made.server.uuid};
        of.feed.pass_unknown_xa(true);
        threads_.spawn("stream", [&of, reading, from](std::stop_token end) {
            binlog::read_stream(reading, from, of.feed, end);
        });
        // Keys that only the server orders are kept from the first event on, and need the room.
        // Two names of one row must not be flushed by two workers at once.
        const std::size_t flush_workers = of.texts.codec().ordered() ? flush_workers_max : 1;
        for (std::size_t i = 1; i <= flush_workers; ++i)
            threads_.spawn(fmt::format("flush-{}", i),
                           [&of](std::stop_token end) { of.flushing.run(end); });
        const std::uint64_t first = of.barrier.pass(threads_.token());
        const auto give_up = steady_clock::now() + first_marker_patience;
        while (!of.feed.wait_for_marker(first, steady_clock::now() + tick, threads_.token())) {
            look_after(stop);
            // A replica has already shown that it gets them, and may be late.
            if (!replica && steady_clock::now() >= give_up)
                throw error(fmt::format(
                    "a change of ours in {} did not come through the binary log: is its database "
                    "left out (binlog-do-db, binlog-ignore-db)?",
                    of.made.tables.changelog.quoted()));
        }
        of.feed.pass_unknown_xa(false);
    }

    void find_end(db::session& on) {
        engine& of = parts();
        const auto last = on.query(of.texts.last_key());
        if (!last.empty()) end_ = of.texts.codec().from_row(last.front());
        of.changes.begin_copy(end_);
    }

    void copy(std::stop_token stop) {
        engine& of = parts();
        {
            std::lock_guard lock(state_.mutex);
            state_.copy_began = steady_clock::now();
        }
        state_.enter(phase::copy);
        with_session([&](db::session& on) { of.checkpoint.record_phase(on, "copy"); });
        // Under another lock mode INSERT ... SELECT holds the target's AUTO-INC lock to its end.
        const unsigned workers = of.made.server.concurrent_inserts ? state_.with.copy_workers : 1;
        threads_.spawn("bounds",
                       [&of, this](std::stop_token end) { of.copying.find_bounds(end_, end); });
        copying_ = workers;
        for (unsigned i = 1; i <= workers; ++i)
            threads_.spawn(fmt::format("copy-{}", i), [&of, this](std::stop_token end) {
                of.copying.copy_chunks(end);
                --copying_;
            });
        auto prune_next = steady_clock::now() + prune_interval;
        while (copying_ > 0) {
            look_after(stop);
            if (steady_clock::now() >= prune_next) {
                prune(of.chunks.all_ended_below());
                prune_next = steady_clock::now() + prune_interval;
            }
        }
        std::lock_guard lock(state_.mutex);
        state_.copy_ended = steady_clock::now();
    }

    // Before the swap and its lock. Nothing else waits for it, and none of it is worth an end.
    void make_statistics(std::stop_token stop) {
        struct made_statistics {
            std::vector<std::string> complaints;
            std::atomic<bool> ended{false};  // set by the thread when it is done with complaints
        };
        const auto made = std::make_shared<made_statistics>();
        threads_.spawn("statistics", [this, made](std::stop_token end) {
            try {
                retrying_session session(*state_.sessions, state_.with.failures_max,
                                         lock_conflicts::failures);
                session.run("make statistics", end, [&](db::session& on) {
                    made->complaints = segue::migration::make_statistics(on, parts().made);
                });
            } catch (const error& failure) {
                made->complaints.emplace_back(failure.what());
            }
            made->ended = true;
        });
        while (!made->ended) look_after(stop);
        for (const std::string& complaint : made->complaints) state_.told.on_notice(complaint);
    }

    void prune(std::uint64_t below) {
        const engine& of = parts();
        with_session([&](db::session& on) { of.checkpoint.prune_chunks_below(on, below); });
    }

    // On a session of its own; connected anew where it is lost.
    template <typename Operation>
    void with_session(Operation operation) {
        retrying_session retrying(*state_.sessions, state_.with.failures_max,
                                  lock_conflicts::outlasted);
        retrying.run("look after the migration", threads_.token(), operation);
    }

    // One turn of the loop that every phase waits in.
    void look_after(std::stop_token stop) {
        if (threads_.failed() || stop.stop_requested()) throw stopped();
        if (parts().feed.take_definition_seen())
            with_session([&](db::session& on) { throw_if_changed(on, parts().made); });
        pause_for(tick, threads_.token());
    }

    void set_postponed(const std::string& reason) {
        std::lock_guard lock(state_.mutex);
        state_.postponed_because = reason;
    }

    // Whether it was.
    bool wait_while_postponed(std::stop_token stop) {
        const std::string& flag = state_.with.postpone_flag_file;
        if (flag.empty() || !std::filesystem::exists(flag)) return false;
        set_postponed("flag-file");
        state_.enter(phase::postponed);
        state_.told.on_notice(fmt::format("the cut-over is postponed until {} is removed", flag));
        while (std::filesystem::exists(flag)) look_after(stop);
        set_postponed("");
        return true;
    }

    outcome swap(std::stop_token stop) {
        const settings& with = state_.with;
        cut_over& swapping = parts().swapping;
        attempt_pace pace({.attempts_max = std::max(1U, with.failures_max),
                           .exponential = with.cut_over_pause_max.has_value(),
                           .longest = with.cut_over_pause_max.value_or(std::chrono::seconds(0))});
        outcome made;
        for (;;) {
            if (wait_while_postponed(stop)) {
                pace.begin_anew();
                swapping.forget_blockers();
            }
            while (parts().throttler.hibernating()) look_after(stop);
            state_.enter(phase::cut_over);
            ++made.cut_over_attempts;
            look_after(stop);
            const auto result = attempt_to_swap();
            made.stall = result.stall;
            for (const std::string& notice : result.notices) state_.told.on_notice(notice);
            if (result.swapped) return made;
            if (threads_.failed()) throw stopped();
            pace.gave_way();
            postpone(made.cut_over_attempts, pace, result.gave_way_because);
            const auto pause = std::min(pace.pause(), result.again_within.value_or(pace.pause()));
            for (const auto until = steady_clock::now() + pause; steady_clock::now() < until;)
                look_after(stop);
        }
    }

    cut_over::result attempt_to_swap() {
        if (state_.roles->stream_from()) {
            try {
                state_.roles->throw_if_unfit(server_roles::running::or_not);
            } catch (const error& failure) {
                if (!failure.retryable()) throw;
                cut_over::result made;
                made.gave_way_because = failure.what();
                return made;
            }
        }
        fault::point("migration.before_attempt");
        return parts().swapping.attempt(threads_.token());
    }

    // The migration does not die of a table that is busy: it goes on in step.
    void postpone(unsigned attempt, const attempt_pace& pace, const std::string& reason) {
        state_.told.on_notice(fmt::format("cut-over attempt {} gave way: {}", attempt, reason));
        if (!pace.postponed()) return;
        if (pace.in_a_row() == state_.with.failures_max)
            state_.told.on_notice(
                fmt::format("the cut-over is postponed after {} attempts in a row that gave way; "
                            "the new table is kept in step, and it is tried again now and then",
                            pace.in_a_row()));
        set_postponed(reason);
        state_.enter(phase::postponed);
    }

    void end_threads() {
        threads_.request_stop();
        // Those that stop by themselves need no statement killed.
        ender_.emplace([this](std::stop_token joined) {
            try {
                pause_for(stop_grace, joined);
                for (;;) {
                    state_.sessions->kill_running_statements();
                    pause_for(stop_grace, joined);
                }
            } catch (const stopped&) {
                // All are joined.
            }
        });
        threads_.wait();
        ender_.reset();
    }

    void clean_up(outcome& made) {
        const migration_tables& tables = parts().made.tables;
        std::vector<table_name> unneeded = {tables.changelog, tables.checkpoint};
        if (state_.with.drop_old_table) unneeded.push_back(tables.old);
        retrying_session session(*state_.sessions, state_.with.failures_max,
                                 lock_conflicts::failures);
        const std::stop_token to_the_end;
        for (const table_name& table : unneeded) {
            try {
                session.run("drop what is not needed any more", to_the_end,
                            [&](db::session& on) { drop_if_exists(on, table); });
            } catch (const error& failure) {
                made.cleanup_failure += fmt::format("{}: {}\n", table.quoted(), failure.what());
            }
        }
        made.old_table_kept = !state_.with.drop_old_table;
        std::lock_guard lock(state_.mutex);
        state_.tables_made.clear();
    }

    run_state& state_;
    std::optional<key_value> end_;
    std::atomic<unsigned> copying_{0};  // counted down by the copy workers
    std::optional<std::jthread> ender_;
    task_group threads_;
};

migration::outcome migration::run(std::stop_token stop) {
    return runner(*state_).run(stop);
}

progress migration::now() const {
    const run_state& of = *state_;
    std::lock_guard lock(of.mutex);
    progress made;
    made.at = of.at;
    const auto now = steady_clock::now();
    const auto in_millis = [](auto duration) {
        return std::chrono::duration_cast<milliseconds>(duration);
    };
    made.elapsed = in_millis(now - of.began);
    made.backlog_max = engine::backlog_keys_max;
    made.postponed_because = of.postponed_because;
    if (!of.parts) return made;
    const engine& parts = *of.parts;
    const bool copy_ended = of.copy_ended != steady_clock::time_point{};
    if (of.copy_began != steady_clock::time_point{})
        made.copy_elapsed = in_millis((copy_ended ? of.copy_ended : now) - of.copy_began);
    made.rows_copied = parts.copying.rows_copied();
    made.rows_estimate = copy_ended ? made.rows_copied : parts.made.original.rows_estimate;
    made.keys_flushed = parts.flushing.keys_flushed();
    made.backlog = parts.changes.backlog();
    if (const auto beat = parts.feed.last_heartbeat())
        made.heartbeat_lag =
            std::max(milliseconds(0), in_millis(std::chrono::system_clock::now() - *beat));
    made.stream_position = text_of(parts.feed.position());
    const auto throttling = parts.throttler.state();
    made.throttled = throttling.hibernating || (throttling.throttled && !copy_ended);
    made.throttle_reason = throttling.reason;
    return made;
}

leftovers migration::left_behind() const {
    std::lock_guard lock(state_->mutex);
    leftovers made;
    for (const table_name& table : state_->tables_made)
        made.tables += (made.tables.empty() ? "" : ", ") + table.quoted();
    return made;
}

}  // namespace segue::migration
