#include "cli/split.hpp"

#include "cli/display/ending.hpp"
#include "cli/display/split_text.hpp"
#include "cli/display/status_line.hpp"
#include "cli/running/job_commands.hpp"
#include "cli/running/job_lines.hpp"
#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/db/session_factory.hpp"
#include "src/hooks/hook_environment.hpp"
#include "src/migration/settings.hpp"
#include "src/servers/server_roles.hpp"
#include "src/split/split.hpp"
#include "src/wire/server_patience.hpp"
#include "throttle/pace.hpp"

#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace segue::cli {
namespace {

constexpr int failed_code = 1;

job_lines::status status_of(const split::progress& now) {
    return {.elapsed = now.elapsed,
            .line = display::split_line(now),
            .fields = display::split_fields(now)};
}

/// What a split tells.
class told final : public split::observer {
  public:
    told(job_lines& lines, hook_calls& hooks, bool executes)
        : lines_(lines), hooks_(hooks), executes_(executes) {}

    void on_plan(const split::plan& made) override {
        if (!executes_) return;  // Of a rehearsal they stand in its text.
        for (const std::string& one : made.notices) on_notice(one);
    }
    void on_phase(split::phase now) override {
        lines_.note_beginning();
        if (lines_.json_wanted()) lines_.put("phase", {{"phase", split::name_of(now)}});
    }
    void on_notice(const std::string& text) override { lines_.notice(text); }
    void on_validated() override { lines_.pass(migration::step::validated); }
    void on_before_rows() override { lines_.pass(migration::step::before_row_copy); }
    void on_rows_complete() override { lines_.pass(migration::step::row_copy_complete); }
    void on_before_finish() override { lines_.pass(migration::step::before_cut_over); }
    void on_copy_failure(const std::string& why) noexcept override { hooks_.on_copy_failure(why); }

  private:
    job_lines& lines_;
    hook_calls& hooks_;
    const bool executes_;
};

split::task task_of(const options& given) {
    const split_flags& asked = given.split;
    return {.from = given.run.request.original,
            .into = {given.run.request.original.schema, asked.into},
            .columns = split::parse_columns(asked.columns),
            .where = given.where,
            .create = asked.create,
            .earlier = given.run.request.earlier};
}

split::settings settings_of(const options& given) {
    return {.stream_from = given.run.connection,
            .carrying = given.run.carrying,
            .end = given.split.locked ? split::ending::locked : split::ending::in_step,
            .stall_budget = given.run.stall_budget,
            .when_copied = given.split.when_copied,
            .finish_flag_file = given.split.flag_file};
}

hooks::hook_variables variables_of(const options& given, const split::split& job) {
    const auto now = job.now();
    const auto made = job.about();
    return {
        {"DATABASE_NAME", given.run.request.original.schema},
        {"TABLE_NAME", given.run.request.original.name},
        {"SPLIT", "true"},
        {"SPLIT_INTO", given.split.into},
        {"WHERE", given.where},
        {"DDL", ""},
        {"ELAPSED_SECONDS", fmt::format("{:.6f}", display::seconds_of(now.elapsed))},
        {"ESTIMATED_ROWS", std::to_string(now.rows_estimate)},
        {"COPIED_ROWS", std::to_string(now.rows_copied)},
        {"MIGRATED_HOST", made ? made->server.host.substr(0, made->server.host.rfind(':')) : ""},
        {"EXECUTING_HOST", display::host_name()},
        {"HOOKS_HINT", given.hooks.hint},
        {"HOOKS_HINT_OWNER", given.hooks.hint_owner},
        {"HOOKS_HINT_TOKEN", given.hooks.hint_token},
        {"DRY_RUN", given.execute ? "false" : "true"}};
}

job_end rehearse(split::split& job, job_lines& lines, hook_calls& hooks,
                 const std::stop_token& stop) {
    const auto found = job.rehearse(stop);
    if (lines.json_wanted())
        lines.put("rehearsal", display::split_rehearsal_fields(found));
    else
        lines.put_text(display::split_rehearsal_text(found));
    hooks.succeeded(stop, "", {});
    return {};
}

job_end execute(const options& given, split::split& job, throttle::live_pace& pace,
                job_lines& lines, hook_calls& hooks, const std::stop_token& stop) {
    const auto finish = [&job] {
        job.finish();
        return std::string("the split finishes as soon as all rows are copied and verified\n");
    };
    job_commands steered(
        {.given = given,
         .pace = pace,
         .job = "split",
         .does_not = "swaps no tables",
         .line = [&job] { return display::split_line(job.now()); },
         .fields = [&job] { return display::split_fields(job.now()); },
         .status_variables = [&job] { return job.status_variables(); },
         .panic = [&job](const std::string& words) { job.panic(words); },
         .own = {{.name = "finish",
                  .help = "verifies all rows, and ends the split, once all are copied",
                  .act = finish}}});
    const job_steering beside(
        {.given = given,
         .hooks = hooks,
         .lines = lines,
         .answer = [&](std::string_view line) { return steered.answer(line); },
         .end_run = [&](const std::string& words) { return steered.end_run(words); },
         .now = [&job] { return status_of(job.now()); }});
    const split::outcome done = job.run(stop);
    lines.stop_watching();
    lines.show(status_of(done.at));
    const split::plan made = *job.about();
    if (!lines.json_wanted()) lines.put_text(display::split_end_text(done, made));
    hooks.succeeded(stop, "the split has ended", {{"SPLIT_POSITION", done.place}});
    return {.code = 0, .fields = display::split_end_fields(done, made)};
}

job_end run(const options& given, job_lines& lines, hook_calls& hooks,
            const std::stop_token& stop) {
    throttle::live_pace pace(given.run.carrying.pace);
    told shown(lines, hooks, given.execute);
    job_end end{.code = failed_code};
    std::unique_ptr<split::split> job;
    std::optional<servers::server_roles> roles;
    std::optional<db::session_factory> sessions;
    try {
        split::task asked = task_of(given);
        roles.emplace(migration::find_roles(given.run));
        sessions.emplace(roles->primary(),
                         std::make_shared<wire::server_patience>(
                             given.run.wait_for_server,
                             [&](const std::string& text) { shown.on_notice(text); }));
        job = std::make_unique<split::split>(
            std::move(asked), settings_of(given),
            split::split::surroundings{
                .sessions = *sessions, .roles = *roles, .pace = pace, .told = shown});
        hooks.serve([&] { return variables_of(given, *job); });
        try {
            lines.pass(migration::step::startup);
            return given.execute ? execute(given, *job, pace, lines, hooks, stop)
                                 : rehearse(*job, lines, hooks, stop);
        } catch (const stopped&) {
            end.why = "stopped by a signal";
            end.stopped_by = "signal";
        } catch (const std::exception& failure) {
            end.why = lines.in_its_words(failure);
            end.stopped_by = job->panic_words() ? "command" : "failure";
        }
        lines.stop_watching();
        log::write(log::level::fatal, end.why);
        hooks.failed(stop);
    } catch (const error& failure) {
        end.why = lines.in_its_words(failure);
        end.stopped_by = "failure";
        log::write(log::level::fatal, end.why);
    }
    if (given.execute && lines.began())
        log::write(log::level::warning,
                   "what was copied stays, and is not kept in step; the same command goes on from "
                   "there, unless it says why not, and `segue cleanup` shows what is left");
    return end;
}

}  // namespace

int split_table(const options& given, const std::vector<std::string>& notices) {
    return run_job(given, notices, "split",
                   [&given](job_lines& lines, hook_calls& hooks, const std::stop_token& stop) {
                       return run(given, lines, hooks, stop);
                   });
}

}  // namespace segue::cli
