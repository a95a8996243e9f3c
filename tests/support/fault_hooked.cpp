#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "tests/support/fault_hook.hpp"

#include <atomic>
#include <map>
#include <mutex>
#include <string_view>
#include <utility>

namespace segue::test {

struct fault_hook::state {
    std::function<void()> does;
    std::atomic<bool> begun{false};     // by whoever came first
    std::atomic<bool> returned{false};  // written by the same
};

namespace {

std::mutex mutex;
std::map<std::string, std::function<void()>, std::less<>> hooks;  // guarded by mutex

}  // namespace

fault_hook::fault_hook(std::string point, std::function<void()> does)
    : point_(std::move(point)), state_(std::make_shared<state>()) {
    state_->does = std::move(does);
    std::lock_guard lock(mutex);
    const bool added = hooks
                           .emplace(point_,
                                    [held = state_] {
                                        if (held->begun.exchange(true)) return;
                                        held->does();
                                        held->returned = true;
                                    })
                           .second;
    require(added, "one hook at a point");
}

fault_hook::~fault_hook() {
    std::lock_guard lock(mutex);
    hooks.erase(point_);
}

bool fault_hook::reached() const {
    return state_->returned;
}

}  // namespace segue::test

namespace segue::fault {

bool rule_taken_out(std::string_view) noexcept {
    return false;
}

void point(std::string_view name) {
    std::function<void()> found;
    {
        std::lock_guard lock(test::mutex);
        const auto at = test::hooks.find(name);
        if (at == test::hooks.end()) return;
        found = at->second;
    }
    found();
}

}  // namespace segue::fault
