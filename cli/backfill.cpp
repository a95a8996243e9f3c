#include "cli/backfill.hpp"

#include "cli/display/backfill_text.hpp"
#include "cli/display/ending.hpp"
#include "cli/display/status_line.hpp"
#include "cli/running/hook_calls.hpp"
#include "cli/running/job_commands.hpp"
#include "cli/running/job_lines.hpp"
#include "src/backfill/backfill.hpp"
#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/db/session_factory.hpp"
#include "src/expressions/assignment.hpp"
#include "src/hooks/hook_environment.hpp"
#include "src/migration/settings.hpp"
#include "src/servers/server_roles.hpp"
#include "src/wire/server_patience.hpp"
#include "throttle/pace.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace segue::cli {
namespace {

constexpr int done_code = 0;
constexpr int failed_code = 1;
constexpr int differing_code = 4;

job_lines::status status_of(const backfill::progress& now) {
    return {.elapsed = now.elapsed,
            .line = display::backfill_line(now),
            .fields = display::backfill_fields(now)};
}

/// What a backfill tells.
class told final : public backfill::observer {
  public:
    told(job_lines& lines, bool executes) : lines_(lines), executes_(executes) {}

    void on_plan(const backfill::plan& made) override {
        if (!executes_) return;  // Of a rehearsal they stand in its text.
        for (const std::string& one : made.notices) on_notice(one);
    }
    void on_phase(backfill::phase now) override {
        if (now == backfill::phase::walk) lines_.note_beginning();
        if (lines_.json_wanted()) lines_.put("phase", {{"phase", backfill::name_of(now)}});
    }
    void on_notice(const std::string& text) override { lines_.notice(text); }
    void on_validated() override { lines_.pass(migration::step::validated); }
    void on_before_rows() override { lines_.pass(migration::step::before_row_copy); }
    void on_rows_complete() override { lines_.pass(migration::step::row_copy_complete); }

  private:
    job_lines& lines_;
    const bool executes_;
};

std::string seconds_text(std::chrono::milliseconds time) {
    return fmt::format("{:.6f}", display::seconds_of(time));
}

hooks::hook_variables variables_of(const options& given, const backfill::backfill* job,
                                   const backfill::task& asked) {
    const auto now = job == nullptr ? backfill::progress() : job->now();
    const auto made = job == nullptr ? std::nullopt : job->about();
    return {{"DATABASE_NAME", given.run.request.original.schema},
            {"TABLE_NAME", given.run.request.original.name},
            {"BACKFILL", "true"},
            {"SETS", expressions::text_of(asked.sets)},
            {"WHERE", asked.where},
            {"DDL", ""},
            {"ELAPSED_SECONDS", seconds_text(now.elapsed)},
            {"ESTIMATED_ROWS", std::to_string(now.rows_estimate)},
            {"COPIED_ROWS", std::to_string(now.rows_changed)},
            {"PROGRESS", fmt::format("{:.6f}", display::backfill_percent(now))},
            {"MIGRATED_HOST", made ? made->host.substr(0, made->host.rfind(':')) : ""},
            {"EXECUTING_HOST", display::host_name()},
            {"HOOKS_HINT", given.hooks.hint},
            {"HOOKS_HINT_OWNER", given.hooks.hint_owner},
            {"HOOKS_HINT_TOKEN", given.hooks.hint_token},
            {"DRY_RUN", given.execute ? "false" : "true"}};
}

backfill::task task_of(const options& given) {
    const auto& request = given.run.request;
    return {.table = request.original,
            .naming = request.naming,
            .sets = request.sets,
            .where = given.where,
            .nondeterministic = request.nondeterministic_sets,
            .touch = given.touch,
            .earlier = request.earlier};
}

/// A backfill by itself.
class backfill_alone final : public row_job {
  public:
    explicit backfill_alone(const options& given) : task_(task_of(given)) {}

    const backfill::task& asked() const override { return task_; }
    told_text rehearse(backfill::backfill* rows, const std::stop_token& stop) override {
        const auto found = rows->rehearse(stop);
        return {.text = display::backfill_rehearsal_text(found),
                .fields = display::backfill_rehearsal_fields(found)};
    }
    bool has_rows_to_rehearse() const override { return true; }
    backfill::task prepare(const std::stop_token&) override { return task_; }
    told_end conclude(const backfill::outcome& done, const backfill::plan& made) override {
        return {.code = done.found.rows_differing == 0 ? done_code : differing_code,
                .text = display::backfill_end_text(done, made),
                .fields = display::backfill_end_fields(done, made)};
    }
    bool began() const override { return false; }

  private:
    const backfill::task task_;
};

backfill::settings settings_of(const options& given) {
    const auto& with = given.run.carrying;
    return {.throttling = with.throttling,
            .failures_max = with.failures_max,
            .heartbeat_interval = with.heartbeat_interval};
}

job_end rehearse(row_job& whole, backfill::backfill* job, job_lines& lines, hook_calls& hooks,
                 const std::stop_token& stop) {
    const auto found = whole.rehearse(job, stop);
    if (lines.json_wanted())
        lines.put("rehearsal", found.fields);
    else
        lines.put_text(found.text);
    hooks.succeeded(stop, "", {});
    return {};
}

job_end execute(const options& given, row_job& whole, backfill::backfill& job,
                throttle::live_pace& pace, job_lines& lines, hook_calls& hooks,
                const std::stop_token& stop) {
    job_commands steered({.given = given,
                          .pace = pace,
                          .job = "backfill",
                          .does_not = "makes no new table, and swaps none",
                          .line = [&job] { return display::backfill_line(job.now()); },
                          .fields = [&job] { return display::backfill_fields(job.now()); },
                          .status_variables = [&job] { return job.status_variables(); },
                          .panic = [&job](const std::string& words) { job.panic(words); }});
    const job_steering beside(
        {.given = given,
         .hooks = hooks,
         .lines = lines,
         .answer = [&](std::string_view line) { return steered.answer(line); },
         .end_run = [&](const std::string& words) { return steered.end_run(words); },
         .now = [&job] { return status_of(job.now()); }});
    const backfill::outcome done = job.run(stop);
    lines.stop_watching();
    lines.show(status_of(done.at));
    const told_end end = whole.conclude(done, *job.about());
    if (!lines.json_wanted()) lines.put_text(end.text);
    hooks.succeeded(stop, "the rows are set", {});
    return {.code = end.code, .fields = end.fields};
}

job_end run(const options& given, const row_job_maker& make, job_lines& lines, hook_calls& hooks,
            const std::stop_token& stop) {
    throttle::live_pace pace(given.run.carrying.pace);
    told shown(lines, given.execute);
    std::unique_ptr<row_job> whole;
    std::unique_ptr<backfill::backfill> job;
    job_end end{.code = failed_code};
    try {
        hooks.serve([&] {
            return whole ? variables_of(given, job.get(), whole->asked()) : hooks::hook_variables();
        });
        const servers::server_roles roles = migration::find_roles(given.run);
        db::session_factory sessions(roles.primary(),
                                     std::make_shared<wire::server_patience>(
                                         given.run.wait_for_server,
                                         [&](const std::string& text) { shown.on_notice(text); }));
        whole = make(sessions, [&shown](const std::string& text) { shown.on_notice(text); });
        const auto begin = [&](backfill::task asked) {
            job = std::make_unique<backfill::backfill>(
                std::move(asked), settings_of(given),
                backfill::backfill::surroundings{
                    .sessions = sessions, .pace = pace, .told = shown});
        };
        try {
            lines.pass(migration::step::startup);
            if (!given.execute) {
                if (whole->has_rows_to_rehearse()) begin(whole->asked());
                return rehearse(*whole, job.get(), lines, hooks, stop);
            }
            begin(whole->prepare(stop));
            return execute(given, *whole, *job, pace, lines, hooks, stop);
        } catch (const stopped&) {
            end.why = "stopped by a signal";
            end.stopped_by = "signal";
        } catch (const std::exception& failure) {
            end.why = lines.in_its_words(failure);
            end.stopped_by = job && job->panic_words() ? "command" : "failure";
        }
        lines.stop_watching();
        log::write(log::level::fatal, end.why);
        hooks.failed(stop);
    } catch (const error& failure) {
        end.why = lines.in_its_words(failure);
        end.stopped_by = "failure";
        log::write(log::level::fatal, end.why);
    }
    if (whole && whole->began()) lines.note_beginning();
    if (given.execute && lines.began())
        log::write(log::level::warning,
                   "what was set stays; the same command goes on from there, and `segue cleanup` "
                   "shows what is left");
    return end;
}

}  // namespace

int backfill_table(const options& given, const std::vector<std::string>& notices) {
    return run_row_job(given, notices, "backfill",
                       [&given](db::session_factory&, const auto&) -> std::unique_ptr<row_job> {
                           return std::make_unique<backfill_alone>(given);
                       });
}

int run_row_job(const options& given, const std::vector<std::string>& notices,
                std::string_view name, const row_job_maker& make) {
    return run_job(given, notices, name,
                   [&](job_lines& lines, hook_calls& hooks, const std::stop_token& stop) {
                       return run(given, make, lines, hooks, stop);
                   });
}

}  // namespace segue::cli
