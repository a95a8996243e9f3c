#include "tests/chaos/watched_segue.hpp"

#include <string_view>

namespace segue::chaos {
namespace {

constexpr std::string_view phase_label = "phase: ";

/// The last phase that it told; empty: none.
std::string_view last_phase(std::string_view told) {
    const auto at = told.rfind(phase_label);
    if (at == std::string_view::npos) return {};
    const auto from = at + phase_label.size();
    return told.substr(from, told.find('\n', from) - from);
}

stage stage_of(std::string_view phase) {
    if (phase == "copy") return stage::copy;
    if (phase == "verify") return stage::verify;
    if (phase == "postponed") return stage::postponed;
    if (phase == "cut-over" || phase == "done") return stage::cut_over;
    return stage::begin;
}

}  // namespace

watched_segue::watched_segue(test::segue_build build, const std::vector<std::string>& arguments,
                             const test::environment& variables, const test::fault_proxy& proxy)
    : proxy_(proxy), process_(build, arguments, variables), began_(proxy.queries()) {}

void watched_segue::look() {
    const auto told = process_.err();
    const auto phase = last_phase(told);
    postponed_ = phase == "postponed";
    const auto now = stage_of(phase);
    if (now == at_) return;
    at_ = now;
    began_ = proxy_.queries();
}

bool watched_segue::has_come(const moment& when) const {
    if (at_ != when.at) return at_ > when.at;
    return proxy_.queries() - began_ >= when.statements;
}

std::uint64_t watched_segue::times_told(std::string_view text) {
    const auto all = process_.err() + process_.out();
    std::uint64_t times = 0;
    for (auto at = all.find(text); at != std::string::npos; at = all.find(text, at + 1)) ++times;
    return times;
}

std::string watched_segue::last_words() {
    const auto told = process_.err();
    const auto fatal = told.find(" FATAL ");
    if (fatal == std::string::npos) return {};
    // A list may follow, on lines of its own.
    return told.substr(told.rfind('\n', fatal) + 1);
}

}  // namespace segue::chaos
