#include "tests/demo/segue_run.hpp"

#include "src/base/error.hpp"
#include "tests/demo/swap_line.hpp"
#include "tests/support/segue_process.hpp"

#include <atomic>
#include <csignal>
#include <string_view>
#include <thread>

#include <sys/types.h>

namespace segue::demo {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds between_looks{50};
constexpr std::chrono::seconds between_status_lines{5};
constexpr std::chrono::hours limit{1};

// Written by the thread that runs segue, read by a signal handler.
std::atomic<pid_t> running_pid{0};
static_assert(std::atomic<pid_t>::is_always_lock_free);

class running_mark {
  public:
    explicit running_mark(pid_t pid) { running_pid = pid; }
    running_mark(const running_mark&) = delete;
    running_mark& operator=(const running_mark&) = delete;
    ~running_mark() { running_pid = 0; }
};

/// Hands on the whole lines of a text that grows.
class line_reader {
  public:
    template <typename Take>
    void read(const std::string& text, bool all, Take take) {
        while (at_ < text.size()) {
            auto end = text.find('\n', at_);
            if (end == std::string::npos) {
                if (!all) return;
                end = text.size();
            }
            take(text.substr(at_, end - at_));
            at_ = end + 1;
        }
    }

  private:
    std::size_t at_ = 0;
};

/// Which of segue's many status lines are shown: one in some seconds, and each that tells of a
/// state in which the one before was not.
class status_filter {
  public:
    bool shows(const std::string& line) {
        if (!line.starts_with("Copy: ")) return true;
        const auto state = state_of(line);
        const auto now = steady_clock::now();
        if (state == shown_state_ && now - shown_at_ < between_status_lines) return false;
        shown_state_ = state;
        shown_at_ = now;
        return true;
    }

  private:
    // "throttled, 127.0.0.1:20001 replica-lag=1.6s" without what was measured.
    static std::string state_of(const std::string& line) {
        const auto at = line.find("State: ");
        if (at == std::string::npos) return {};
        return line.substr(at, line.find_first_of("=;", at) - at);
    }

    std::string shown_state_;
    steady_clock::time_point shown_at_;
};

void note_swap(const std::string& line, segue_outcome& told) {
    const auto swap = swap_told_in(line);
    if (!swap) return;
    told.attempts = swap->attempts;
    told.held = swap->held;
    told.swapped = steady_clock::now();
}

}  // namespace

segue_outcome run_segue(console& shown, const std::vector<std::string>& arguments,
                        const test::environment& variables, const onlooker& looking) {
    segue_outcome told;
    const auto began = steady_clock::now();
    test::segue_process segue(test::segue_build::released, arguments, variables);
    const running_mark mark(segue.pid());
    line_reader out;
    line_reader err;
    status_filter status;
    const auto read = [&](bool all) {
        out.read(segue.out(), all, [&](const std::string& line) {
            if (status.shows(line)) shown.segue_line(line);
            note_swap(line, told);
            looking.on_line(line);
        });
        err.read(segue.err(), all, [&](const std::string& line) { shown.segue_line(line); });
    };
    while (segue.running()) {
        read(false);
        looking.on_tick();
        if (steady_clock::now() - began > limit) throw error("segue has run for an hour");
        std::this_thread::sleep_for(between_looks);
    }
    told.took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - began);
    told.exit_code = segue.wait(std::chrono::minutes(1));
    read(true);
    looking.on_tick();
    return told;
}

void kill_segue() noexcept {
    if (const pid_t pid = running_pid.load(); pid > 0) ::kill(pid, SIGKILL);
}

}  // namespace segue::demo
