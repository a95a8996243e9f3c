#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"

#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

// Read from the environment, as tests/support/fault_points.hpp writes it:
//   SEGUE_TEST_RULES_OUT=rule,rule
//   SEGUE_TEST_POINTS=point[@N]=action[*],...     action: pause:FOLDER, abort or throw
// An action acts when its point is reached for the Nth time (default 1), with * from then on.
namespace segue::fault {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds between_looks{5};
// Longer than a test may wait for several things one after the other meanwhile.
constexpr std::chrono::minutes pause_limit{20};

struct switched_point {
    std::string action;
    std::string folder;
    unsigned long first = 1;
    bool always = false;

    bool acts_at(unsigned long arrival) const {
        return always ? arrival >= first : arrival == first;
    }
};
using switched_points = std::map<std::string, std::vector<switched_point>, std::less<>>;

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? "" : value;
}

template <typename Take>
void for_each_item(std::string_view list, Take take) {
    while (!list.empty()) {
        const auto end = list.find(',');
        if (const auto item = list.substr(0, end); !item.empty()) take(item);
        list = end == std::string_view::npos ? std::string_view() : list.substr(end + 1);
    }
}

[[noreturn]] void die(std::string_view why) {
    // A test that asks for what is not there must not pass by accident.
    const std::string text = "fault point: " + std::string(why) + "\n";
    [[maybe_unused]] const auto written = ::write(STDERR_FILENO, text.data(), text.size());
    std::abort();
}

std::set<std::string, std::less<>> read_rules() {
    std::set<std::string, std::less<>> rules;
    for_each_item(variable("SEGUE_TEST_RULES_OUT"),
                  [&](std::string_view rule) { rules.emplace(rule); });
    return rules;
}

switched_points read_points() {
    switched_points points;
    for_each_item(variable("SEGUE_TEST_POINTS"), [&](std::string_view item) {
        const auto equals = item.find('=');
        if (equals == std::string_view::npos) die("no action in " + std::string(item));
        std::string_view name = item.substr(0, equals);
        std::string_view action = item.substr(equals + 1);
        switched_point point;
        if (const auto at = name.find('@'); at != std::string_view::npos) {
            const auto number = name.substr(at + 1);
            const auto [end, failed] =
                std::from_chars(number.data(), number.data() + number.size(), point.first);
            if (failed != std::errc() || end != number.data() + number.size() || point.first == 0)
                die("no number in " + std::string(name));
            name = name.substr(0, at);
        }
        if (action.ends_with('*')) {
            point.always = true;
            action.remove_suffix(1);
        }
        if (action.starts_with("pause:")) {
            point.folder = action.substr(action.find(':') + 1);
            action = "pause";
        } else if (action != "abort" && action != "throw") {
            die("unknown action in " + std::string(item));
        }
        point.action = action;
        points[std::string(name)].push_back(point);
    });
    return points;
}

void pause(std::string_view name, const switched_point& point) {
    const std::filesystem::path reached = point.folder + "/" + std::string(name) + ".reached";
    const std::filesystem::path go = point.folder + "/" + std::string(name) + ".go";
    const auto deadline = steady_clock::now() + pause_limit;
    if (!std::ofstream(reached)) die("cannot write " + reached.string());
    // A test that has ended takes the folder with it.
    while (!std::filesystem::exists(go) && std::filesystem::exists(point.folder)) {
        if (steady_clock::now() >= deadline) die("nobody lets " + std::string(name) + " go on");
        std::this_thread::sleep_for(between_looks);
    }
}

unsigned long count_arrival(std::string_view name) {
    static std::mutex mutex;
    static std::map<std::string, unsigned long, std::less<>> arrivals;
    std::lock_guard lock(mutex);
    return ++arrivals[std::string(name)];
}

void act(std::string_view name, const switched_point& switched) {
    if (switched.action == "pause") {
        pause(name, switched);
    } else if (switched.action == "abort") {
        ::kill(::getpid(), SIGKILL);
    } else {
        throw error("fault injected at " + std::string(name));
    }
}

}  // namespace

bool rule_taken_out(std::string_view rule) noexcept {
    static const auto rules = read_rules();
    return rules.contains(rule);
}

void point(std::string_view name) {
    static const auto points = read_points();
    const auto found = points.find(name);
    if (found == points.end()) return;
    const auto arrival = count_arrival(name);
    for (const auto& switched : found->second)
        if (switched.acts_at(arrival)) act(name, switched);
}

}  // namespace segue::fault
