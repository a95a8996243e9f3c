#pragma once

#include "src/base/table_name.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/fault_points.hpp"
#include "tests/support/sandbox_server.hpp"
#include "tests/support/segue_process.hpp"
#include "tests/support/table_spec.hpp"
#include "tests/support/workload.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace segue::test {

/// Columns that the writers do not know, and an ALTER that adds, drops, renames and retypes.
inline constexpr std::string_view usual_more =
    "spare INT NOT NULL DEFAULT 7, label VARCHAR(20) NOT NULL DEFAULT 'x', gone VARCHAR(30) NULL, "
    "KEY (spare)";
inline constexpr std::string_view usual_alter =
    "ADD COLUMN added INT NOT NULL DEFAULT 5, DROP COLUMN gone, RENAME COLUMN label TO tag, "
    "MODIFY spare BIGINT NOT NULL DEFAULT 8, MODIFY quantity BIGINT NOT NULL, "
    "MODIFY made DATETIME(6) NOT NULL, MODIFY title VARCHAR(90) CHARACTER SET utf16 NOT NULL, "
    "ADD KEY by_tag (tag)";

struct live_options {
    table_spec spec = {.more = std::string(usual_more)};
    std::uint64_t rows = 20'000;
    workload_options writing = {};
    std::string alter = std::string(usual_alter);
    std::vector<std::string> sets = {};  ///< --set
    std::string native_update = {};      ///< What they are, as finished_migration::update.
};

/// A table in a schema of its own, writers for it that are not yet started, and Segue beside them.
/// Lifecycle: made first, start() once or several times one after the other. Threads: one.
class live_run {
  public:
    static constexpr std::uint64_t default_chunk_rows = 100;

    /// `server` outlives this.
    explicit live_run(const sandbox_server& server, live_options with = {});
    ~live_run();

    const table_name& table() const noexcept { return tables_.original; }
    const migration_tables& tables() const noexcept { return tables_; }
    /// For what the test itself does; its default schema is the table's.
    application_session& session() noexcept { return session_; }
    application_session new_session() const {
        return application_session(server_.over_tcp(), schema_.name());
    }
    workload& writers() noexcept { return *writers_; }
    const table_spec& spec() const noexcept { return with_.spec; }

    struct start_options {
        segue_build build = segue_build::released;
        const fault_points* faults = nullptr;
        bool postponed = false;  ///< --postpone-cut-over-flag-file, until let_cut_over().
        /// More than the default, which is made for machines that do nothing else.
        std::chrono::milliseconds stall_budget{5'000};
        unsigned threads = 2;
        std::string chunk_size = std::to_string(default_chunk_rows);
        std::vector<std::string> more = {};
    };
    void start(const start_options& how);
    void start() { start(start_options()); }
    segue_process& segue() { return *segue_; }
    void let_cut_over();

    /// Has the copy stop half way, at a point added to `faults`, until let_copy_go_on(). To be
    /// called before start(), which is given segue_faulty, `faults`, and the default chunk_size.
    void hold_copy(fault_points& faults) const;
    /// Waits until the copy is held and `keys_flushed` keys have been carried over since, then lets
    /// it go on: so much was changed beside it, however fast it is.
    void let_copy_go_on(fault_points& faults, std::uint64_t keys_flushed);

    /// Waits for a place in the log from which a later run can go on: without one it begins afresh.
    void wait_for_resume_point();
    /// Starts it, and kills it in its copy, once a later run can go on from what it has written
    /// down.
    void kill_in_the_copy(start_options how);

    /// A whole run, postponed until the writers, which are at work, have committed `transactions`
    /// and paused: the new table is what ALTER TABLE makes of the old one, and nothing was lost.
    void migrate_while_writers_pause(std::uint64_t transactions, start_options how);
    void migrate_while_writers_pause(std::uint64_t transactions) {
        migrate_while_writers_pause(transactions, start_options());
    }

    /// Segue ended with exit code 0.
    void expect_swapped();
    /// Segue ended with exit code 1, said that the original is untouched, and all of `words`. The
    /// table is the original still.
    void expect_stopped(const std::vector<std::string>& words);
    /// Stops the writers: their ledger against the table, and no error but deadlocks and `allowed`.
    void expect_nothing_lost(std::vector<int> allowed = {});
    /// The new table is what ALTER TABLE makes of the old one. Nobody wrote since before the swap.
    void expect_as_native_alter();

    /// Rows copied, keys flushed and keys that wait for it, as the last status line says.
    std::uint64_t rows_copied() const { return last_number("Copy: "); }
    std::uint64_t keys_flushed() const { return last_number("Applied: "); }
    std::uint64_t keys_waiting() const { return last_number("Backlog: "); }

    /// Whether a transaction of Segue's that wrote to the new table waits in its COMMIT. (What the
    /// run writes down of itself may wait in one as well.)
    bool a_flush_waits_for_its_commit();

    /// Waits until the connections of the copy and of both flushes are written down: before their
    /// first rows none of them has anything else to commit then.
    void wait_until_flushes_are_known();

    /// How far the stream was read, as the last status line says.
    std::string stream_position() const;

    /// How often `text` stands in what Segue wrote.
    std::size_t times_told(std::string_view text) const;

  private:
    std::uint64_t last_number(std::string_view label) const;

    const sandbox_server& server_;
    const live_options with_;
    const fresh_schema schema_;
    const migration_tables tables_;
    std::filesystem::path flag_;
    application_session session_;
    std::unique_ptr<workload> writers_;
    std::unique_ptr<segue_process> segue_;
};

/// Has the writers of a run work just ahead of the copy, wherever that is, for as long as it lives;
/// every fourth look on all rows. For tables with an `id` that rises with the key number.
class copy_follower {
  public:
    /// `run` outlives this. `ahead`: how many key numbers from the front on.
    copy_follower(live_run& run, std::uint64_t ahead);
    copy_follower(const copy_follower&) = delete;
    copy_follower& operator=(const copy_follower&) = delete;
    ~copy_follower() { finish(); }
    /// The writers work on all rows again.
    void finish();

  private:
    void follow(std::uint64_t ahead, const std::stop_token& stop);

    live_run& run_;
    std::jthread thread_;
};

}  // namespace segue::test
