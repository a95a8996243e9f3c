#include "src/migration/run_state.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"
#include "src/db/table_failure.hpp"
#include "src/earlier/stored_names.hpp"
#include "src/preflight/inspection.hpp"
#include "src/preflight/load_obstacles.hpp"
#include "src/preflight/planned_target.hpp"
#include "src/servers/blockers.hpp"
#include "src/servers/start_failure.hpp"
#include "src/swap/foreign_key_swap.hpp"
#include "src/wire/login_failure.hpp"
#include "src/wire/server_failure.hpp"
#include "throttle/known_limits.hpp"
#include "throttle/signals/command_signal.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>

namespace segue::migration {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// By the name's end: the names may be spelled otherwise than the operator did.
bool is_for_a_moment(const table_name& table) {
    return table.name.ends_with("_ghr") || table.name.ends_with("_ghe");
}

servers::server_kind kind_of_server(const settings& with) {
    using servers::server_kind;
    if (with.replica == replica_use::streams) return server_kind::primary;
    return with.replica == replica_use::tested && !with.replication_is_stopped_by_others
               ? server_kind::replica_to_be_stopped
               : server_kind::replica_by_itself;
}

}  // namespace

run_state::run_state(settings given, observer& told_to, step_gate& asked, steering& steered)
    : with(std::move(given)),
      told(told_to),
      gate(asked),
      restarts_([this](const std::string& text) { told.on_notice(text); }),
      record_{.made = [this](const table_name& table) { note_made(table); },
              .dropped = [this](const table_name& table) { note_dropped(table); }},
      steering_(steered) {}

bool run_state::is_told_by_the_database(const std::stop_token& stop) const {
    const leftovers left = left_behind();
    if (left.swap != swap::swap_state::not_made || !left.can_be_gone_on_with ||
        left.taken_over != earlier::other_run_made::none)
        return false;
    if (restarts_.may_have_lost()) return true;
    // What ended the run may meet the question, too.
    constexpr std::chrono::seconds asked_for{5};
    constexpr std::chrono::milliseconds rest{500};
    const auto until = std::chrono::steady_clock::now() + asked_for;
    for (;;) {
        fault::point("migration.asks_which_server");
        try {
            return is_on_another_server();
        } catch (const error& failure) {
            if (!wire::passes_by_itself(failure) || std::chrono::steady_clock::now() >= until)
                return false;
            log::info("whether this is another server cannot be seen yet: {}", failure.what());
        }
        pause_for(rest, stop);
    }
}

bool run_state::is_on_another_server() const {
    const servers::server_roles now = find_roles(with);
    db::session_factory sessions(now.primary());
    static_cast<void>(sessions.connect(db::session_role::control));
    const auto& replica = roles_->stream_from();
    const auto& replica_now = now.stream_from();
    return sessions.server_uuid() != made_->server.uuid ||
           (replica ? replica->uuid : "") != (replica_now ? replica_now->uuid : "");
}

void run_state::find_servers() {
    roles_.emplace(find_roles(with));
    const auto tell = [this](const std::string& text) { told.on_notice(text); };
    sessions_.emplace(roles_->primary(),
                      std::make_shared<wire::server_patience>(with.wait_for_server, tell));
    sessions_->use_schema(with.request.original.schema);
    sessions_->look_at_each([this](db::session& made) {
        restarts_.look_at_new(made);
        look_for_last_heartbeat(made);
    });
}

void run_state::look_for_last_heartbeat(db::session& made) {
    const unsigned restarts = restarts_.restarts();
    if (restarts == 0) return;
    const carry::engine* parts = nullptr;
    {
        const std::lock_guard lock(mutex_);
        if (!parts_) return;
        parts = parts_.get();
    }
    evidence_.look(made, parts->task.changelog, restarts, parts->newest_heartbeat());
}

preflight::plan run_state::inspect(db::session& primary, preflight::inspection_request request,
                                   std::stop_token stop) {
    return looked_at(primary, std::move(request), [&](const preflight::inspection_request& now) {
        return segue::preflight::inspect(primary, now, record_, stop);
    });
}

preflight::plan run_state::look(db::session& primary, preflight::inspection_request request,
                                std::stop_token stop) {
    return looked_at(primary, std::move(request), [&](const preflight::inspection_request& now) {
        return segue::preflight::look(primary, now, stop);
    });
}

preflight::plan run_state::looked_at(
    db::session& primary, preflight::inspection_request request,
    const std::function<preflight::plan(const preflight::inspection_request&)>& look_at) {
    const auto& replica = roles_->stream_from();
    request.stall_budget = with.stall_budget;
    request.server = kind_of_server(with);
    request.run_token = run_token_;
    request.is_ours = [&](std::uint64_t connection) { return sessions().was_ours(connection); };
    const migration_tables beside =
        earlier::tables_as_stored(primary, request.original, request.naming);
    request.look_at_servers = [&](const tables::saved_state& from) {
        return why_not_from(from, primary, beside);
    };
    try {
        if (replica) {
            roles_->throw_if_tables_differ(primary, request.original);
            request.replica_image_is_minimal = replica->image_is_minimal;
        }
        // A rehearsal has looked at it with what else is in the way, and takes no commands.
        if (!request.rehearsal) look_at_status(primary);
        preflight::plan made = look_at(request);
        if (replica) made.stream_host = replica->host;
        return made;
    } catch (const error& failure) {
        // It was there, and may be there again.
        if (db::is_gone(failure, request.original))
            throw preflight::changed_while_starting(request.original,
                                                    "dropped, renamed or changed");
        throw wire::first_statement_failure(
            servers::start_failure(failure, primary, with.request.original), roles_->primary());
    }
}

std::optional<preflight::no_way_on> run_state::why_not_from(const tables::saved_state& left,
                                                            db::session& primary,
                                                            const migration_tables& beside) {
    if (auto why = carry::why_not_taken_up(*roles_, primary, beside, *left.resume_at))
        return preflight::no_way_on{.why = std::move(*why)};
    if (with.verify_percent == 100) return std::nullopt;
    if (auto why = carry::why_all_is_to_be_compared(*roles_, primary, left))
        return preflight::no_way_on{.why = std::move(*why), .asked_so = true};
    return std::nullopt;
}

void run_state::look_at_status(db::session& primary) {
    const auto status = primary.query("SHOW GLOBAL STATUS");
    throw_refusals(preflight::load_obstacles(status, with.carrying.pace));
    steering_.know_status_variables(throttle::whole_numbers(status));
}

// `done` is written down by the clean-up: the threads have ended then.
void run_state::enter(phase next) {
    {
        std::lock_guard lock(mutex_);
        at_ = next;
    }
    told.on_phase(next);
    if (next != phase::done) parts().checkpointer.note_phase(std::string(name_of(next)));
}

void run_state::hold(preflight::plan made, std::unique_ptr<carry::engine> built) {
    std::lock_guard lock(mutex_);
    made_ = std::move(made);
    parts_ = std::move(built);
}

void run_state::hold(preflight::plan made) {
    std::lock_guard lock(mutex_);
    made_ = std::move(made);
}

earlier::owner run_state::owner_of_tables(db::session& session) const {
    return earlier::owner_of(session, plan().tables.checkpoint, run_token_,
                             plan().goes_on ? plan().goes_on->owner_before : "");
}

std::string run_state::who_holds_up(db::session& waited) {
    return servers::who_holds_up_rows(waited, *sessions_, plan().server, plan().tables);
}

void run_state::expect_statements_of_swap() {
    std::vector<std::string> triggers;
    for (const auto& one : plan().along.triggers) triggers.push_back(one.name);
    parts().feed.expect_triggers(std::move(triggers));
    parts().feed.expect_statements(swap::statements_about_foreign_keys(plan()));
}

void run_state::note_made(const table_name& table) {
    std::lock_guard lock(mutex_);
    if (std::ranges::find(tables_made_, table) == tables_made_.end()) tables_made_.push_back(table);
}

void run_state::note_dropped(const table_name& table) {
    std::lock_guard lock(mutex_);
    std::erase(tables_made_, table);
}

// The ghost table has become the table, and the old one is kept unless it is to go.
std::vector<table_name> run_state::unneeded_after_swap() const {
    const migration_tables& tables = made_->tables;
    // The state goes last: while it is there, the next run knows what is left to be done.
    std::vector<table_name> unneeded = {tables.changelog};
    if (with.drop_old_table && with.replica != replica_use::tested) unneeded.push_back(tables.old);
    if (foreign_keys_done_ || made_->along.own_foreign_keys.empty())
        unneeded.push_back(tables.checkpoint);
    return unneeded;
}

void run_state::note_foreign_keys_done() {
    std::lock_guard lock(mutex_);
    foreign_keys_done_ = true;
}

void run_state::note_swapped_before() {
    std::lock_guard lock(mutex_);
    swapped_before_ = true;
}

void run_state::note_swapped_back() {
    std::lock_guard lock(mutex_);
    swapped_back_ = true;
}

std::vector<table_name> run_state::begin_clean_up() {
    std::lock_guard lock(mutex_);
    cleans_up_ = true;
    tables_made_ = unneeded_after_swap();
    return tables_made_;
}

void run_state::note_taken_over(earlier::other_run_made seen,
                                std::vector<table_name> tables_there) {
    std::lock_guard lock(mutex_);
    taken_over_ = seen;
    tables_made_ = std::move(tables_there);
}

void run_state::note_taken_over_by(const std::string& run) {
    std::lock_guard lock(mutex_);
    taken_over_by_ = run;
}

void run_state::note_state_is_whole() {
    std::lock_guard lock(mutex_);
    state_is_whole_ = true;
}

void run_state::note_not_resumable() {
    std::lock_guard lock(mutex_);
    not_resumable_ = true;
}

void run_state::note_instant(bool is) {
    std::lock_guard lock(mutex_);
    instant_ = is;
}

void run_state::copy_begins() {
    std::lock_guard lock(mutex_);
    copy_began_ = steady_clock::now();
}

void run_state::copy_ends() {
    std::lock_guard lock(mutex_);
    copy_ended_ = steady_clock::now();
    throttled_ = parts_->throttler.counts();
}

throttle::throttle_counts run_state::throttled() const {
    std::lock_guard lock(mutex_);
    const bool copies = parts_ && copy_ended_ == steady_clock::time_point{};
    return copies ? parts_->throttler.counts() : throttled_;
}

void run_state::set_postponed(const std::string& reason) {
    std::lock_guard lock(mutex_);
    postponed_because_ = reason;
}

void run_state::pass(step at, const std::function<void()>& meanwhile) {
    const auto wait_for = [this](std::string_view hook) {
        std::lock_guard lock(mutex_);
        waits_for_hook_ = hook;
    };
    // Only a gate that has to be waited for calls it.
    gate.pass(at, [&] {
        wait_for(name_of(at));
        meanwhile();
    });
    wait_for("");
}

// Of several who tell, one may be late.
void run_state::note_verified(std::uint64_t rows, std::uint64_t rows_in_target) {
    std::lock_guard lock(mutex_);
    if (verify_began_ == steady_clock::time_point{}) {
        verify_began_ = steady_clock::now();
        rows_verified_before_ = rows;
    }
    rows_verified_ = std::max(rows_verified_, rows);
    rows_verified_in_target_ = std::max(rows_verified_in_target_, rows_in_target);
}

void run_state::note_gave_way(unsigned attempt, const std::string& because) {
    std::lock_guard lock(mutex_);
    last_attempt_ = {.number = attempt, .ago = milliseconds(0), .gave_way_because = because};
    last_attempt_ended_ = steady_clock::now();
}

progress run_state::now() const {
    std::lock_guard lock(mutex_);
    progress made;
    made.at = at_;
    const auto now = steady_clock::now();
    const auto in_millis = [](auto duration) {
        return std::chrono::duration_cast<milliseconds>(duration);
    };
    made.elapsed = in_millis(now - began_);
    made.backlog_max = with.carrying.waiting_keys_max;
    made.postponed_because = postponed_because_;
    made.waits_for_hook = waits_for_hook_;
    made.last_attempt = last_attempt_;
    if (made.last_attempt) made.last_attempt->ago = in_millis(now - last_attempt_ended_);
    if (!parts_) return made;
    const carry::engine& parts = *parts_;
    made.swapped = swap_.now() == swap::swap_state::made;
    const bool copy_ended = copy_ended_ != steady_clock::time_point{};
    if (copy_began_ != steady_clock::time_point{})
        made.copy_elapsed = in_millis((copy_ended ? copy_ended_ : now) - copy_began_);
    if (made_->goes_on) made.rows_copied_before = tables::rows_copied(*made_->goes_on);
    made.rows_copied = made.rows_copied_before + parts.copying.rows_copied();
    // Behind a crash of the server the estimate may be of long ago.
    made.rows_estimate =
        copy_ended ? made.rows_copied : std::max(made_->original.rows_estimate, made.rows_copied);
    made.rows_verified = rows_verified_;
    made.rows_verified_before = rows_verified_before_;
    if (verify_began_ != steady_clock::time_point{})
        made.verify_elapsed = in_millis(now - verify_began_);
    made.rows_verified_in_target = rows_verified_in_target_;
    made.keys_flushed = parts.flushing.keys_flushed();
    made.backlog = parts.changes.backlog();
    // Behind the swap nobody beats, reads the stream or looks at the load any more.
    if (const auto beat = parts.router.last_heartbeat(); beat && !made.swapped)
        made.heartbeat_lag =
            std::max(milliseconds(0), in_millis(std::chrono::system_clock::now() - *beat));
    made.stream_position = text_of(parts.router.position());
    if (made.swapped) return made;
    made.replay_paused = steering_.pace.replay_paused();
    const auto throttled = throttling();
    made.throttled = throttled.hibernating || throttled.by_operator ||
                     (throttled.throttled && (!copy_ended || at_ == phase::verify));
    made.throttle_reason = throttled.reason;
    return made;
}

throttle::throttle_state run_state::throttling() const {
    auto state = parts_->throttler.state();
    if (state.by_operator || !steering_.pace.snapshot().throttled_by_command) return state;
    state.throttled = state.by_operator = true;
    if (!state.hibernating) state.reason = throttle::commanded_by_user;
    return state;
}

std::optional<subject> run_state::about() const {
    std::lock_guard lock(mutex_);
    if (!made_) return std::nullopt;
    const auto& replica = roles_->stream_from();
    return subject{.original = made_->tables.original,
                   .ghost = made_->tables.ghost,
                   .old = made_->tables.old,
                   .primary = {.host = made_->server.host, .version = made_->server.version},
                   .inspected = {.host = made_->stream_host,
                                 .version = replica ? replica->version : made_->server.version}};
}

leftovers run_state::left_behind() const {
    std::lock_guard lock(mutex_);
    leftovers made;
    made.rehearsal = with.request.rehearsal ||
                     (!tables_made_.empty() && std::ranges::all_of(tables_made_, is_for_a_moment));
    made.swap = swap_.now();
    made.spoiled = not_resumable_;
    made.swapped_before = swapped_before_;
    const auto is_left = [&](const table_name& one) {
        return std::ranges::find(tables_made_, one) != tables_made_.end();
    };
    made.can_be_gone_on_with = made_ && !not_resumable_ && (made_->goes_on || state_is_whole_) &&
                               is_left(made_->tables.ghost) && is_left(made_->tables.checkpoint) &&
                               with.replica != replica_use::tested;
    if (made_) {
        made.original = made_->tables.original.quoted();
        made.ghost = made_->tables.ghost.quoted();
        made.old = made_->tables.old.quoted();
    }
    if (with.replica == replica_use::tested)
        made.test = swapped_back_ ? test_stage::swapped_back : test_stage::at_work;
    made.taken_over = taken_over_;
    made.taken_over_by = taken_over_by_;
    std::vector<std::string> names;
    made.instant = instant_;
    const bool just_swapped = made_ && made.swap == swap::swap_state::made && !cleans_up_;
    for (const table_name& table : just_swapped ? unneeded_after_swap() : tables_made_)
        names.push_back(table.quoted());
    // In the order in which they are best dropped: while the state is there, it can be gone on.
    if (made_)
        std::stable_partition(names.begin(), names.end(), [&](const std::string& one) {
            return one != made_->tables.checkpoint.quoted();
        });
    made.tables = fmt::format("{}", fmt::join(names, ", "));
    const bool is_test = with.replica == replica_use::tested;
    made.all_is_needed = (made.swap == swap::swap_state::answer_open && !is_test) ||
                         made.taken_over != earlier::other_run_made::none ||
                         (made.swap == swap::swap_state::not_made && made.can_be_gone_on_with);
    const bool keeps_state = made_ && made.swap == swap::swap_state::made && !foreign_keys_done_ &&
                             !made_->along.own_foreign_keys.empty();
    if (made.all_is_needed)
        made.needed = made.tables;
    else if (keeps_state && !is_test)
        made.needed = made_->tables.checkpoint.quoted();
    return made;
}

}  // namespace segue::migration
