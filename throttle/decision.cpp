#include "throttle/decision.hpp"

#include <fmt/format.h>

namespace segue::throttle {
namespace {

decision decide_by(const watched_signal& signal, clock_source::time_point now) {
    if (!signal.last)
        return {.throttled = true,
                .first_reading_awaited = true,
                .reason = fmt::format("{} not yet read", signal.name)};
    if (signal.last->reason)
        return {.throttled = true,
                .hibernating = signal.rank == signal_rank::hibernation && !signal.last->failed,
                .by_operator = signal.rank == signal_rank::operators,
                .reason = *signal.last->reason};
    const auto age = now - signal.last->taken;
    if (age > signal.period + reading_grace)
        return {.throttled = true,
                .reason = fmt::format("{} not read for {:.1f}s", signal.name,
                                      std::chrono::duration<double>(age).count())};
    return {};
}

}  // namespace

decision decide(std::span<const watched_signal> signals, clock_source::time_point now) {
    decision chosen;
    signal_rank chosen_rank{};
    for (const auto& signal : signals) {
        if (chosen.throttled && chosen_rank <= signal.rank) continue;
        if (auto by_this = decide_by(signal, now); by_this.throttled) {
            chosen = std::move(by_this);
            chosen.by = signal.name;
            chosen_rank = signal.rank;
        }
    }
    return chosen;
}

}  // namespace segue::throttle
