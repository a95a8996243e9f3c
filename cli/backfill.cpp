#include "cli/backfill.hpp"

#include "cli/display/backfill_text.hpp"
#include "cli/display/ending.hpp"
#include "cli/display/hint_block.hpp"
#include "cli/display/json_fields.hpp"
#include "cli/display/status_line.hpp"
#include "cli/running/backfill_commands.hpp"
#include "cli/running/hook_calls.hpp"
#include "cli/running/hook_thread.hpp"
#include "cli/running/panic_file.hpp"
#include "cli/running/report_file.hpp"
#include "cli/running/run_output.hpp"
#include "cli/running/serving.hpp"
#include "cli/running/signal_watch.hpp"
#include "src/backfill/backfill.hpp"
#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"
#include "src/base/refused_as.hpp"
#include "src/db/session_factory.hpp"
#include "src/expressions/assignment.hpp"
#include "src/hooks/hook_process.hpp"
#include "src/migration/settings.hpp"
#include "src/servers/server_roles.hpp"
#include "src/wire/server_patience.hpp"
#include "throttle/pace.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace segue::cli {
namespace {

using nlohmann::json;
using std::chrono::seconds;

constexpr int done_code = 0;
constexpr int failed_code = 1;
constexpr int differing_code = 4;

// As gh-ost's status line comes: each second at first, and more seldom later.
bool prints_in(seconds at) {
    const auto every = at < seconds(60) ? 1 : at < seconds(180) ? 5 : 30;
    return at.count() % every == 0;
}

/// What is told of a run on stdout and stderr, and to its hooks. Threads: "status" while a run is
/// at work; what an observer is told comes from the one that runs the backfill.
class told final : public backfill::observer {
  public:
    told(const options& given, std::string_view name, run_output& output, hook_calls& hooks,
         std::stop_token stop)
        : name_(name),
          executes_(given.execute),
          json_(given.json),
          output_(output),
          hooks_(hooks),
          stop_(std::move(stop)) {}

    void on_plan(const backfill::plan& made) override {
        if (!executes_) return;  // Of a rehearsal they stand in its text.
        for (const std::string& one : made.notices) on_notice(one);
    }
    void on_phase(backfill::phase now) override {
        if (now == backfill::phase::walk) began_ = true;
        if (json_) put("phase", {{"phase", backfill::name_of(now)}});
    }
    void on_notice(const std::string& text) override {
        log::write(log::level::warning, text);
        if (json_) put("notice", {{"text", text}});
    }
    void on_validated() override { pass(migration::step::validated); }
    void on_before_rows() override { pass(migration::step::before_row_copy); }
    void on_rows_complete() override { pass(migration::step::row_copy_complete); }
    void pass(migration::step at) {
        hooks_.pass(at, [this] { pause_for(std::chrono::milliseconds(50), stop_); });
    }

    void watch(const backfill::backfill& job) {
        thread_ = std::jthread([this, &job](const std::stop_token& end) {
            try {
                for (seconds last{0};; pause_for(std::chrono::milliseconds(50), end)) {
                    const auto now = job.now();
                    const auto second = std::chrono::duration_cast<seconds>(now.elapsed);
                    if (second <= last) continue;
                    last = second;
                    if (prints_in(second)) show(now);
                }
            } catch (const stopped&) {
                // It is over.
            }
        });
    }
    void stop_watching() {
        if (thread_.joinable()) {
            thread_.request_stop();
            thread_.join();
        }
    }
    void show(const backfill::progress& now) {
        if (json_)
            put("status", display::backfill_fields(now));
        else
            output_.out().put(display::backfill_line(now) + "\n");
    }
    void put(std::string_view kind, json fields) {
        fields["version"] = display::json_version;
        fields["kind"] = kind;
        fields["job"] = name_;
        fields["time"] = display::time_text(std::chrono::system_clock::now());
        output_.out().put(display::text_of(fields) + "\n");
    }
    void put_text(const std::string& text) { output_.out().put(text); }
    bool json_wanted() const noexcept { return json_; }
    bool began() const noexcept { return began_; }
    /// A failure, where it is a refusal as one of this job.
    std::string in_its_words(const std::exception& failure) const {
        return refused_as(fmt::format("this {} cannot be done as asked:", name_), failure.what());
    }
    /// Something was made that stays.
    void note_beginning() noexcept { began_ = true; }

  private:
    const std::string name_;
    const bool executes_;
    const bool json_;
    run_output& output_;
    hook_calls& hooks_;
    const std::stop_token stop_;
    bool began_ = false;
    std::jthread thread_;
};

/// How it ended.
struct ended {
    int code = done_code;
    std::string why = {};
    std::string_view stopped_by = {};
    json fields = json::object();
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

ended rehearse(row_job& whole, backfill::backfill* job, told& shown, hook_calls& hooks,
               const std::stop_token& stop) {
    const auto found = whole.rehearse(job, stop);
    if (shown.json_wanted())
        shown.put("rehearsal", found.fields);
    else
        shown.put_text(found.text);
    hooks.succeeded(stop, "", {});
    return {};
}

ended execute(const options& given, row_job& whole, backfill::backfill& job,
              throttle::live_pace& pace, told& shown, hook_calls& hooks,
              const std::stop_token& stop) {
    backfill_commands steered(given, job, pace);
    refuse_panic_file(given.run.panic_flag_file);
    const panic_file watched(given.run.panic_flag_file, [&steered](std::string_view words) {
        return steered.end_run(std::string(words));
    });
    std::optional<hook_thread> beside;
    if (hooks.given())
        beside.emplace(hooks,
                       hook_thread::told_run{
                           .elapsed = [&job] { return job.now().elapsed; },
                           .status_line = [&job]() -> std::optional<std::string> {
                               return display::backfill_line(job.now());
                           },
                           .answer = [&](std::string_view line) { return steered.answer(line); }});
    std::vector<std::string> notices;
    const auto commands = serve(
        given,
        [&](std::string_view line, control::command_server::reply to) {
            if (beside)
                beside->answer(line, std::move(to));
            else
                to(steered.answer(line));
        },
        notices);
    for (const std::string& one : notices) shown.on_notice(one);
    shown.watch(job);
    const backfill::outcome done = job.run(stop);
    shown.stop_watching();
    shown.show(done.at);
    const told_end end = whole.conclude(done, *job.about());
    if (!shown.json_wanted()) shown.put_text(end.text);
    hooks.succeeded(stop, "the rows are set", {});
    return {.code = end.code, .fields = end.fields};
}

ended run(const options& given, const row_job_maker& make, told& shown, hook_calls& hooks,
          const std::stop_token& stop) {
    throttle::live_pace pace(given.run.carrying.pace);
    std::unique_ptr<row_job> whole;
    std::unique_ptr<backfill::backfill> job;
    ended end{.code = failed_code};
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
            shown.pass(migration::step::startup);
            if (!given.execute) {
                if (whole->has_rows_to_rehearse()) begin(whole->asked());
                return rehearse(*whole, job.get(), shown, hooks, stop);
            }
            begin(whole->prepare(stop));
            return execute(given, *whole, *job, pace, shown, hooks, stop);
        } catch (const stopped&) {
            end.why = "stopped by a signal";
            end.stopped_by = "signal";
        } catch (const std::exception& failure) {
            end.why = shown.in_its_words(failure);
            end.stopped_by = job && job->panic_words() ? "command" : "failure";
        }
        shown.stop_watching();
        log::write(log::level::fatal, end.why);
        hooks.failed(stop);
    } catch (const error& failure) {
        end.why = shown.in_its_words(failure);
        end.stopped_by = "failure";
        log::write(log::level::fatal, end.why);
    }
    if (whole && whole->began()) shown.note_beginning();
    if (given.execute && shown.began())
        log::write(log::level::warning,
                   "what was set stays; the same command goes on from there, and `segue cleanup` "
                   "shows what is left");
    return end;
}

json outcome_of(const ended& end, bool began) {
    json fields = end.fields;
    fields["outcome"] = end.code == failed_code ? (began ? "stopped" : "refused") : "done";
    fields["exit_code"] = end.code;
    fields["why"] = end.why;
    fields["stopped_by"] = end.stopped_by;
    return fields;
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
    std::optional<report_file> report;
    hook_calls hooks(given);
    std::vector<std::string> all = notices;
    try {
        if (!given.report_file.empty()) report.emplace(given.report_file);
        for (std::string& one : hooks.check()) all.push_back(std::move(one));
    } catch (const error& failure) {
        log::write(log::level::fatal, failure.what());
        return failed_code;
    }
    run_output output(given.execute ? run_output::kind::lines : run_output::kind::report,
                      given.json ? display::reader::programs : display::reader::people);
    signal_watch signals(
        [] { log::write_at_once(log::level::warning, "SIGHUP: the run goes on"); });
    signals.when_overdue([](std::string_view why, std::string_view) {
        hooks::kill_all_hooks();
        log::write_at_once(log::level::fatal, why);
        return failed_code;
    });
    told shown(given, name, output, hooks, signals.token());
    for (const std::string& one : all) shown.on_notice(one);
    ended end = run(given, make, shown, hooks, signals.token());
    const json last = outcome_of(end, shown.began());
    if (given.json) shown.put("outcome", last);
    if (report) {
        json document = last;
        document["version"] = display::json_version;
        document["kind"] = name;
        try {
            report->write(display::text_of(document) + "\n");
        } catch (const error& failure) {
            log::write(log::level::warning, failure.what());
        }
    }
    const bool written = output.finish();
    return !written && !given.execute && end.code == done_code ? failed_code : end.code;
}

}  // namespace segue::cli
