#pragma once

#include "src/carry/engine.hpp"
#include "src/carry/lost_heartbeat.hpp"
#include "src/db/session_factory.hpp"
#include "src/migration/observer.hpp"
#include "src/migration/settings.hpp"
#include "src/migration/steering.hpp"
#include "src/migration/step_gate.hpp"
#include "src/preflight/plan.hpp"
#include "src/servers/durability.hpp"
#include "src/servers/server_roles.hpp"
#include "src/swap/swap_record.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace segue::migration {

/// What a run knows of itself, and what others may ask meanwhile.
/// Threads: now(), about(), steer() and left_behind() from any; all else from the one that runs the
/// migration. Lifetime: `told`, `gate` and what steers it outlive it.
class run_state {
  public:
    run_state(settings given, observer& told_to, step_gate& asked, steering& steered);

    /// Whether what the database says of the run is what has to be gone on with, in this process:
    /// the server may have taken back what it answered, or it is another one now. Asks the servers,
    /// for some seconds where an answer is not to be had; throws `stopped` when asked to stop.
    /// Precondition: the run has ended by a failure, and its threads have.
    bool is_told_by_the_database(const std::stop_token& stop) const;

    /// Finds the primary and the server that the stream comes from; to be called before all else.
    /// Throws segue::error.
    void find_servers();
    const servers::server_roles& roles() const { return *roles_; }
    db::session_factory& sessions() { return *sessions_; }          ///< To the primary.
    servers::durability& restarts() noexcept { return restarts_; }  ///< Of the primary.

    /// Makes the plan. Throws segue::error where there is a reason not to begin.
    preflight::plan inspect(db::session& primary, preflight::inspection_request request,
                            std::stop_token stop);
    /// The checks of inspect() that need no table to be made. Throws as inspect() does.
    preflight::plan look(db::session& primary, preflight::inspection_request request,
                         std::stop_token stop);
    /// Whether what swap() records is of ALTER TABLE ... ALGORITHM=INSTANT.
    void note_instant(bool is);
    /// Where tables are noted that are made and dropped: note_made() and note_dropped().
    const preflight::table_record& record() const noexcept { return record_; }

    /// Begins a phase, and tells it.
    void enter(phase next);
    /// Keeps the plan and the engine made from it, for all that follows.
    void hold(preflight::plan made, std::unique_ptr<carry::engine> built);
    /// The same of a rehearsal, which makes no engine, and of a run until it is made.
    void hold(preflight::plan made);
    const preflight::plan& plan() const { return *made_; }  ///< Precondition: hold() was called.
    carry::engine& parts() { return *parts_; }              ///< Precondition: has_parts().
    bool has_parts() const noexcept { return parts_ != nullptr; }
    /// From here on what attempts to swap do to our tables is known for our own when the stream
    /// tells it. Precondition: has_parts().
    void expect_statements_of_swap();
    /// In words: who holds a lock that a statement on this session, about rows of the tables, has
    /// waited for in vain. Throws segue::error. Precondition: hold() was called. Threads: any.
    std::string who_holds_up(db::session& waited);
    /// Notes that a table was made, which is left behind from now on.
    void note_made(const table_name& table);
    /// Notes that a table was dropped, which is left behind no more.
    void note_dropped(const table_name& table);
    /// The swap is made: what is to be dropped after it. From now on that, and nothing else, is
    /// what is left behind.
    std::vector<table_name> begin_clean_up();
    /// What is known of RENAME TABLE.
    swap::swap_record& swap_record() { return swap_; }
    /// Names the run in the tables that it writes; unlike any other's.
    const std::string& run_token() const noexcept { return run_token_; }
    /// Whose the tables are now. Throws as sessions do. Precondition: hold() was called.
    earlier::owner owner_of_tables(db::session& session) const;
    /// What the operator changes while it goes on.
    steering& steer() noexcept { return steering_; }
    /// Notes that another run has the tables; `tables_there` are those of them that exist.
    void note_taken_over(earlier::other_run_made seen, std::vector<table_name> tables_there);
    void note_taken_over_by(const std::string& run);  ///< Whose run has the tables.
    void note_state_is_whole();  ///< The checkpoint table has what a later run goes on from.
    void note_not_resumable();   ///< No later run can go on with what this one has done.
    /// The swap has nothing more to do about foreign keys. Before that the state is no leftover,
    /// which alone knows of it.
    void note_foreign_keys_done();
    /// An earlier run has swapped, and left what this one could not do.
    void note_swapped_before();
    /// The test on a replica has come to its end.
    void note_swapped_back();
    void copy_begins();
    void copy_ends();
    /// Why the swap waits, for the status line; empty: it does not.
    void set_postponed(const std::string& reason);
    /// Asks the gate, and tells meanwhile what is waited for. Throws as step_gate::pass() does.
    void pass(step at, const std::function<void()>& meanwhile);
    /// So many rows were compared so far, of either table. Threads: any.
    void note_verified(std::uint64_t rows, std::uint64_t rows_in_target);
    void note_gave_way(unsigned attempt, const std::string& because);

    progress now() const;                  ///< Where the run stands.
    std::optional<subject> about() const;  ///< What is migrated; unset until the plan is made.
    /// What holds copying up now. What was commanded counts at once, though its signal be read a
    /// moment later. Precondition: hold() was called.
    throttle::throttle_state throttling() const;
    /// How long copying was throttled, and by what: so far, or until all rows were copied.
    throttle::throttle_counts throttled() const;
    /// What would stay if the run ended now.
    leftovers left_behind() const;

    const settings with;
    observer& told;
    step_gate& gate;

  private:
    preflight::plan looked_at(
        db::session& primary, preflight::inspection_request request,
        const std::function<preflight::plan(const preflight::inspection_request&)>& look_at);
    /// Why the servers, as they are now, do not let a run go on from that state.
    std::optional<preflight::no_way_on> why_not_from(const tables::saved_state& left,
                                                     db::session& primary,
                                                     const migration_tables& beside);
    void look_at_status(db::session& primary);
    bool is_on_another_server() const;
    /// Of a new session, behind a restart of the primary. Threads: any.
    void look_for_last_heartbeat(db::session& made);
    std::vector<table_name> unneeded_after_swap() const;
    std::optional<servers::server_roles> roles_;
    servers::durability restarts_;
    carry::heartbeat_evidence evidence_;
    const preflight::table_record record_;
    const std::string run_token_ = carry::new_run_token();
    std::optional<db::session_factory> sessions_;
    swap::swap_record swap_;
    steering& steering_;
    const std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();

    mutable std::mutex mutex_;
    // Guarded by mutex_; made_ and parts_ are set once.
    phase at_ = phase::inspect;
    std::optional<preflight::plan> made_;
    std::unique_ptr<carry::engine> parts_;
    std::chrono::steady_clock::time_point copy_began_{};
    std::chrono::steady_clock::time_point copy_ended_{};
    throttle::throttle_counts throttled_;  // while rows were copied, once they are
    std::chrono::steady_clock::time_point verify_began_{};
    std::uint64_t rows_verified_before_ = 0;
    std::uint64_t rows_verified_ = 0;
    std::uint64_t rows_verified_in_target_ = 0;
    std::string postponed_because_;
    std::string_view waits_for_hook_;
    std::optional<failed_attempt> last_attempt_;  // its age is that of last_attempt_ended_
    std::chrono::steady_clock::time_point last_attempt_ended_{};
    std::vector<table_name> tables_made_;
    bool cleans_up_ = false;
    bool foreign_keys_done_ = false;
    bool swapped_before_ = false;
    bool swapped_back_ = false;
    bool instant_ = false;
    bool not_resumable_ = false;
    bool state_is_whole_ = false;
    earlier::other_run_made taken_over_ = earlier::other_run_made::none;
    std::string taken_over_by_;
};

}  // namespace segue::migration
