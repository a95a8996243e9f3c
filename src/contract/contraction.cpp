#include "src/contract/contraction.hpp"

#include "src/backfill/backfill.hpp"
#include "src/backfill/look_again.hpp"
#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/refusal.hpp"
#include "src/contract/users_of_column.hpp"
#include "src/db/retry.hpp"
#include "src/earlier/backfill_at_work.hpp"
#include "src/earlier/earlier_run.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <fmt/format.h>

namespace segue::contract {
namespace {

using std::chrono::steady_clock;

/// What is told of the count before the migration.
class told_count final : public backfill::observer {
  public:
    explicit told_count(const std::function<void(const std::string&)>& tell) : tell_(tell) {}
    void on_plan(const backfill::plan&) override {}
    void on_phase(backfill::phase) override {}
    void on_notice(const std::string& text) override { tell_(text); }

  private:
    const std::function<void(const std::string&)>& tell_;
};

std::string pairs_text(const backfill::verdict& found, const plan& made) {
    const auto& columns = made.expanded.asked;
    return fmt::format("{} row{} hold{} pairs of {} and {} that disagree: {}{}",
                       found.rows_differing, found.rows_differing == 1 ? "" : "s",
                       found.rows_differing == 1 ? "s" : "", quoted_name(columns.old_column),
                       quoted_name(columns.new_column), fmt::join(found.differing, ", "),
                       found.rows_differing > found.differing.size() ? ", ..." : "");
}

backfill::task pairs_of(const plan& made, const task& asked) {
    const auto& columns = made.expanded.asked;
    return {
        .table = made.table.name,
        .naming = asked.naming,
        .sets = {{.column = columns.new_column, .expression = columns.up}},
        .back = expressions::assignment{.column = columns.old_column, .expression = columns.down},
        .only_looked_at = true};
}

}  // namespace

contraction::contraction(task asked, settings with, surroundings around)
    : asked_(std::move(asked)), with_(std::move(with)), around_(std::move(around)) {
    around_.sessions.use_schema(asked_.table.schema);
}

plan contraction::inspect() {
    db::session session = around_.sessions.connect(db::session_role::patient);
    made_ = contract::inspect(session, asked_);
    state_.emplace(made_->state, made_->expanded.asked.new_column);
    if (made_->at == standing::begins && asked_.goes == way::drop && asked_.unused_for.count() > 0)
        look_at_servers(session);
    return *made_;
}

// On each server by the account of the primary, and by its own clock.
void contraction::look_at_servers(db::session& primary) {
    const asked_about about{.table = made_->table.name, .column = made_->goes};
    watch_record record = parse_watch(made_->expanded.watch);
    auto& servers = made_->used_by.servers;
    servers.push_back(look_at_statements(primary, about, asked_.unused_for, record));
    for (const wire::connection_options& one : around_.watched) {
        db::session_factory sessions(one);
        db::session session = sessions.connect(db::session_role::control);
        servers.push_back(look_at_statements(session, about, asked_.unused_for, record));
    }
    state_->record_watch(primary, text_of(record));
    made_->expanded.watch = text_of(record);
}

void contraction::begin(const std::stop_token& stop) {
    began_ = steady_clock::now();
    throw_refusals(reasons_against(*made_, asked_));
    if (made_->at != standing::begins) return;
    if (asked_.goes == way::drop) count_pairs(stop);
    db::session session = around_.sessions.connect();
    state_->begin_contract(session, name_of(asked_.goes), made_->alter);
    fault::point("contract.begun");
}

// With all that holds a backfill up: it may take as long as the table is large.
void contraction::count_pairs(const std::stop_token& stop) {
    around_.tell(fmt::format("all rows of {} are read: {} and {} have to agree",
                             made_->table.name.quoted(), quoted_name(made_->goes),
                             quoted_name(made_->stays)));
    db::session_factory sessions(around_.sessions.options());
    told_count told(around_.tell);
    backfill::backfill count(pairs_of(*made_, asked_),
                             {.throttling = with_.throttling,
                              .failures_max = with_.failures_max,
                              .heartbeat_interval = with_.heartbeat_interval},
                             {.sessions = sessions, .pace = around_.pace, .told = told});
    const backfill::outcome done = count.run(stop);
    pairs_ = count.about();
    if (done.found.rows_differing > 0)
        throw_refusals({{pairs_text(done.found, *made_),
                         "Which of the two is right is for you to say: put those rows right by "
                         "either name, alone, and the other one follows."}});
    fault::point("contract.counted");
}

std::string contraction::why_not_yet(const throttle::live_pace& pace,
                                     const throttle::throttler& throttler,
                                     const std::stop_token& stop) {
    if (asked_.goes == way::abandon || !pairs_) return {};
    if (std::string why = used_again(); !why.empty()) return why;
    return disagreeing(pace, throttler, stop);
}

// Whoever came back to the old name meanwhile would fail.
std::string contraction::used_again() {
    if (asked_.despite_use || asked_.unused_for.count() == 0) return {};
    const auto since = std::chrono::duration_cast<std::chrono::seconds>(
        steady_clock::now() - began_ + std::chrono::seconds(1));
    const auto within = std::min(since, asked_.unused_for);
    const asked_about about{.table = made_->table.name, .column = made_->goes};
    watch_record unused = parse_watch(made_->expanded.watch);
    const auto first_of = [&](db::session& session) -> std::string {
        const watched_server seen = look_at_statements(session, about, within, unused);
        if (seen.begun_anew)
            return fmt::format(
                "what the server {} had collected of its statements is gone, by a restart or since "
                "somebody emptied it, so that whoever has used {} since the contract began is not "
                "known. The swap waits; the same command, once it was stopped, watches anew, and "
                "with --despite-use does not ask",
                seen.name, quoted_name(made_->goes));
        if (seen.seen.empty()) return {};
        const seen_statement& one = seen.seen.front();
        return fmt::format(
            "on {} a statement {} {}, since the contract began, and the swap waits until that is "
            "as "
            "long ago as --unused-for says (the same command with --despite-use does not): {}",
            seen.name, one.unknown ? "may use" : "uses", quoted_name(made_->goes), one.text);
    };
    db::session primary = around_.sessions.connect(db::session_role::control);
    if (std::string why = code_since(primary); !why.empty()) return why;
    if (std::string why = first_of(primary); !why.empty()) return why;
    for (const wire::connection_options& server : around_.watched) {
        db::session_factory sessions(server);
        db::session session = sessions.connect(db::session_role::control);
        if (std::string why = first_of(session); !why.empty()) return why;
    }
    return {};
}

// A view or a program that was made meanwhile.
std::string contraction::code_since(db::session& primary) {
    std::vector<std::string> unseen;
    const auto now = code_that_names(primary, made_->table, made_->goes, unseen);
    for (const std::string& one : now)
        if (std::ranges::find(made_->used_by.code, one) == made_->used_by.code.end())
            return fmt::format(
                "{} names {}, since the contract began, and the swap waits until it does not any "
                "more",
                one, quoted_name(made_->goes));
    return {};
}

// Of a table that takes long to read each attempt would wait long for it.
std::string contraction::disagreeing(const throttle::live_pace& pace,
                                     const throttle::throttler& throttler,
                                     const std::stop_token& stop) {
    constexpr int part_of_the_time = 10;
    const auto now = steady_clock::now();
    if (counted_again_ && now - counted_at_ < part_of_the_time * count_took_) return {};
    db::session_factory sessions(around_.sessions.options());
    sessions.look_at_each(
        [](db::session& made) { made.execute("SET SESSION innodb_lock_wait_timeout=1"); });
    const backfill::verdict found = backfill::look_again({.sessions = sessions,
                                                          .made = *pairs_,
                                                          .pace = pace,
                                                          .throttler = throttler,
                                                          .failures_max = with_.failures_max},
                                                         stop);
    if (found.rows_differing > 0)
        return pairs_text(found, *made_) +
               ". Put them right by either name, alone: the other one follows, and the swap goes "
               "on";
    counted_again_ = true;
    counted_at_ = steady_clock::now();
    count_took_ = counted_at_ - now;
    return {};
}

// What an expand that was given up has left of the rows that it was filling.
void contraction::drop_rows_filled(db::session& session) const {
    const auto left = earlier::backfill_state_of(session, made_->table.name, asked_.naming);
    if (!left) return;
    const auto sets =
        session.query(fmt::format("SELECT value FROM {} WHERE hint='sets'", left->quoted()));
    const std::string ours = quoted_name(made_->expanded.asked.new_column) + " =";
    if (!sets.empty() && sets.front()[0].value_or("").starts_with(ours))
        earlier::drop_leftover(session, *left, {});
}

std::string contraction::conclude() noexcept {
    const std::string gone = fmt::format("{} is gone, and {} stays", quoted_name(made_->goes),
                                         quoted_name(made_->stays));
    try {
        db::retrying_session session(around_.sessions, with_.failures_max,
                                     db::lock_conflicts::failures, db::session_role::patient);
        session.run("remove what stands of the column", {}, [&](db::session& on) {
            earlier::claim_start(on, made_->tables.original);
            drop_rows_filled(on);
            state_->remove(on);
            earlier::release_start(on, made_->tables.original);
        });
        return fmt::format("{}: nothing stands of the two in {} any more", gone,
                           made_->state.quoted());
    } catch (const std::exception& failure) {
        return fmt::format("{}, but they stand in {} still: {}. The same command removes that",
                           gone, made_->state.quoted(), failure.what());
    }
}

}  // namespace segue::contract
