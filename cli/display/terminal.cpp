#include "cli/display/terminal.hpp"

#include "cli/display/bottom_row.hpp"
#include "cli/display/json_lines.hpp"
#include "cli/display/progress_row.hpp"
#include "cli/display/rehearsal_text.hpp"
#include "cli/display/status_json.hpp"
#include "cli/display/status_line.hpp"
#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/base/pause.hpp"

#include <cstdlib>
#include <exception>
#include <pthread.h>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace segue::display {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds hints_again{600};
constexpr milliseconds bar_interval{250};

void tell_not_shown(const std::exception& failure) {
    log::write(log::level::warning,
               fmt::format("what the run does cannot be shown: {}", failure.what()));
}

// Nothing that is only shown may end a run.
template <typename Show>
void shown_or_told(Show show) noexcept {
    try {
        show();
    } catch (const std::exception& failure) {
        try {
            tell_not_shown(failure);
        } catch (...) {
            // Nothing is left to tell it with.
        }
    }
}

milliseconds since(std::chrono::system_clock::time_point began) {
    return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now() - began);
}

}  // namespace

terminal::terminal(const migration::settings& with, outlet& out, reader whose)
    : with_(with), json_(whose == reader::programs), out_(out) {}
terminal::~terminal() {
    stop();
}

void terminal::start(const migration::migration& shown) {
    shown_ = &shown;
    shown_or_told([&] {
        thread_ = std::jthread([this, &shown](std::stop_token stop) {
            pthread_setname_np(pthread_self(), "status");
            shown_or_told([&] { watch(shown, stop); });
        });
    });
}

void terminal::serves_at(serving at) {
    const std::lock_guard lock(serving_mutex_);
    serving_ = std::move(at);
}

void terminal::stop() {
    if (thread_.joinable()) {
        thread_.request_stop();
        thread_.join();
    }
}

void terminal::show_status(const migration::progress& now) {
    if (json_) return put(json_line::status(now) + "\n");
    const std::string line = status_line(now);
    put(line + "\n");
    log::info("{}", line);
}

void terminal::show_hints(const migration::subject& about) {
    put(json_ ? json_line::hint(hints_now(about)) + "\n" : hint_block(hints_now(about)));
}

void terminal::watch(const migration::migration& shown, std::stop_token stop) {
    for (std::string told; !stop.stop_requested();) {
        try {
            if (!json_ && bottom_row::possible())
                draw_bar(shown, stop);
            else
                watch_lines(shown, stop);
        } catch (const stopped&) {
            break;
        } catch (const std::exception& failure) {
            if (told != failure.what()) tell_not_shown(failure);
            told = failure.what();
        }
    }
    const auto now = shown.now();
    if (now.at == migration::phase::inspect) return;
    if (const auto about = shown.about(); about && (json_ || !bottom_row::possible()))
        show_hints(*about);
    show_status(now);
}

// Of the seconds in which the process stood still none is made up for.
void terminal::watch_lines(const migration::migration& shown, std::stop_token stop) {
    for (auto hints_next = hints_again;;) {
        const auto next = std::chrono::floor<seconds>(since(began_)) + seconds(1);
        pause_for(std::max(milliseconds(0), milliseconds(next) - since(began_)), stop);
        const auto now = shown.now();
        if (now.at == migration::phase::inspect) continue;
        if (const auto about = shown.about(); about && since(began_) >= hints_next) {
            hints_next += hints_again * (1 + (since(began_) - hints_next) / hints_again);
            show_hints(*about);
        }
        if (has_line_for(now)) show_status(now);
    }
}

bool terminal::has_line_for(const migration::progress& now) const {
    const auto since_event =
        std::chrono::duration_cast<seconds>(since(began_) - milliseconds(last_event_.load()));
    return now.at != migration::phase::inspect && prints_in_second(now, since_event);
}

void terminal::draw_bar(const migration::migration& shown, std::stop_token stop) {
    const char* no_colour = std::getenv("NO_COLOR");
    const bool colour = no_colour == nullptr || *no_colour == '\0';
    bottom_row row(out_);
    copy_rate rate;
    for (;;) {
        pause_for(bar_interval, stop);
        const auto now = shown.now();
        if (now.at == migration::phase::inspect) continue;
        rate.sample(now.elapsed, now.rows_copied);
        row.show(progress_row(now, rate.per_second(),
                              {.columns = bottom_row::columns(), .colour = colour}));
    }
}

hints terminal::hints_now(const migration::subject& about) const {
    require(shown_ != nullptr, "a run is shown");
    const migration::steering& steered = shown_->steer();
    hints made{.about = about,
               .pace = steered.pace.snapshot(),
               .throttling = with_.carrying.throttling,
               .postpone_flag_file = steered.flag_file(),
               .panic_flag_file = with_.panic_flag_file,
               .began = began_,
               .at = {}};
    const std::lock_guard lock(serving_mutex_);
    made.at = serving_;
    return made;
}

std::string terminal::status_json() const {
    const auto about = shown_->about();
    if (!about) return display::status_json(shown_->now(), nullptr);
    const hints known = hints_now(*about);
    return display::status_json(shown_->now(), &known);
}

std::string terminal::status() const {
    const auto about = shown_->about();
    if (!about)
        return fmt::format("# Migrating {}; the table is still being inspected\n# Process id: {}\n",
                           with_.request.original.quoted(), ::getpid());
    const auto now = shown_->now();
    const std::string attempt = last_attempt_text(now);
    return hint_block(hints_now(*about)) + (attempt.empty() ? "" : "# Swap: " + attempt + "\n") +
           status_line(now) + "\n";
}

void terminal::echo(const std::string& text) const {
    put(json_ ? json_line::answer(text) + "\n" : text);
}

void terminal::put(std::string text) const {
    const std::lock_guard lock(end_mutex_);
    if (!ended_) out_.put(std::move(text));
}

void terminal::tell_kept(const std::string& text) {
    put(json_ ? json_line::notice(text) + "\n" : "# " + text + "\n");
}

void terminal::end(const ending& last) {
    if (json_)
        put(json_line::outcome(last) + "\n");
    else if (last.how == run_end::done)
        put("# Done\n");
}

void terminal::end_at_once(const ending& last) {
    if (!json_) return;
    const std::lock_guard lock(end_mutex_);
    if (!ended_) out_.put(json_line::outcome(last) + "\n");
    ended_ = true;
}

void terminal::on_plan(const preflight::plan& made) {
    for (const std::string& notice : with_plan_) on_notice(notice);
    shown_or_told([&] {
        show_hints({.original = made.original.name,
                    .ghost = made.target.name,
                    .old = made.tables.old,
                    .primary = {.host = made.server.host, .version = made.server.version},
                    .inspected = {.host = made.stream_host, .version = ""}});
        log::info("key: {}", made.key_explanation);
        log::info("projection:\n{}", made.projection.description);
    });
}

void terminal::on_phase(migration::phase now) {
    last_event_ = since(began_).count();
    log::info("phase: {}", migration::name_of(now));
    if (json_) shown_or_told([&] { put(json_line::phase(now) + "\n"); });
}

void terminal::on_attempt(const migration::attempt& made) {
    if (json_) shown_or_told([&] { put(json_line::attempt(made) + "\n"); });
}

void terminal::on_swapped(const migration::outcome& made) {
    if (json_) shown_or_told([&] { put(json_line::swapped(made) + "\n"); });
    stop();
    if (!json_) put(swapped_line(made) + "\n");
}

// A notice says it to people.
void terminal::on_altered_instantly(std::chrono::milliseconds waited) {
    if (json_) shown_or_told([&] { put(json_line::altered_instantly(waited) + "\n"); });
}

void terminal::on_notice(const std::string& text) {
    last_event_ = since(began_).count();
    log::write(log::level::warning, text);
    if (json_) shown_or_told([&] { put(json_line::notice(text) + "\n"); });
}

void terminal::on_rehearsed(const preflight::plan& made, const std::vector<std::string>& warnings) {
    put(json_ ? json_line::rehearsal(made, with_, warnings) + "\n"
              : rehearsal_text(made, with_, warnings));
}

}  // namespace segue::display
