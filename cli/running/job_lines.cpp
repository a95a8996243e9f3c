#include "cli/running/job_lines.hpp"

#include "cli/display/json_fields.hpp"
#include "cli/running/hook_thread.hpp"
#include "cli/running/panic_file.hpp"
#include "cli/running/report_file.hpp"
#include "cli/running/serving.hpp"
#include "cli/running/signal_watch.hpp"
#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"
#include "src/base/refused_as.hpp"
#include "src/hooks/hook_process.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

namespace segue::cli {
namespace {

using nlohmann::json;
using std::chrono::seconds;

constexpr int done_code = 0;
constexpr int failed_code = 1;
constexpr std::chrono::milliseconds tick{50};

// As gh-ost's status line comes: each second at first, and more seldom later.
bool prints_in(seconds at) {
    const auto every = at < seconds(60) ? 1 : at < seconds(180) ? 5 : 30;
    return at.count() % every == 0;
}

json outcome_of(const job_end& end, bool began) {
    json fields = end.fields;
    fields["outcome"] = end.code == failed_code ? (began ? "stopped" : "refused") : "done";
    fields["exit_code"] = end.code;
    fields["why"] = end.why;
    fields["stopped_by"] = end.stopped_by;
    return fields;
}

}  // namespace

std::string job_lines::in_its_words(const std::exception& failure) const {
    return refused_as(fmt::format("this {} cannot be done as asked:", name_), failure.what());
}

void job_lines::notice(const std::string& text) {
    log::write(log::level::warning, text);
    if (json_) put("notice", {{"text", text}});
}

void job_lines::pass(migration::step at) {
    hooks_.pass(at, [this] { pause_for(tick, stop_); });
}

void job_lines::put(std::string_view kind, json fields) {
    fields["version"] = display::json_version;
    fields["kind"] = kind;
    fields["job"] = name_;
    fields["time"] = display::time_text(std::chrono::system_clock::now());
    output_.out().put(display::text_of(fields) + "\n");
}

void job_lines::show(const status& now) {
    if (json_)
        put("status", now.fields);
    else
        output_.out().put(now.line + "\n");
}

void job_lines::watch(std::function<status()> now) {
    thread_ = std::jthread([this, now = std::move(now)](const std::stop_token& end) {
        try {
            for (seconds last{0};; pause_for(tick, end)) {
                const status at = now();
                const auto second = std::chrono::duration_cast<seconds>(at.elapsed);
                if (second <= last) continue;
                last = second;
                if (prints_in(second)) show(at);
            }
        } catch (const stopped&) {
            // It is over.
        }
    });
}

void job_lines::stop_watching() {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
}

int run_job(const options& given, const std::vector<std::string>& notices, std::string_view name,
            const std::function<job_end(job_lines&, hook_calls&, const std::stop_token&)>& job) {
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
    job_lines lines(given, name, output, hooks, signals.token());
    for (const std::string& one : all) lines.notice(one);
    const job_end end = job(lines, hooks, signals.token());
    const json last = outcome_of(end, lines.began());
    if (given.json) lines.put("outcome", last);
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

struct job_steering::at_work {
    std::optional<panic_file> panic;
    std::optional<hook_thread> beside;
    std::unique_ptr<control::command_server> commands;  // is gone before who answers
};

job_steering::job_steering(parts with)
    : with_(std::move(with)), work_(std::make_unique<at_work>()) {
    const std::string& file = with_.given.run.panic_flag_file;
    refuse_panic_file(file);
    work_->panic.emplace(
        file, [this](std::string_view words) { return with_.end_run(std::string(words)); });
    if (with_.hooks.given())
        work_->beside.emplace(
            with_.hooks,
            hook_thread::told_run{
                .elapsed = [this] { return with_.now().elapsed; },
                .status_line = [this]() -> std::optional<std::string> { return with_.now().line; },
                .answer = [this](std::string_view line) { return with_.answer(line); }});
    std::vector<std::string> notices;
    work_->commands = serve(
        with_.given,
        [this](std::string_view line, control::command_server::reply to) {
            if (work_->beside)
                work_->beside->answer(line, std::move(to));
            else
                to(with_.answer(line));
        },
        notices);
    for (const std::string& one : notices) with_.lines.notice(one);
    with_.lines.watch(with_.now);
}

job_steering::~job_steering() {
    with_.lines.stop_watching();
}

}  // namespace segue::cli
