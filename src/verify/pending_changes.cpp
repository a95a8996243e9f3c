#include "src/verify/pending_changes.hpp"

#include "src/base/pause.hpp"

#include <cstdint>

namespace segue::verify {

void pending_changes::look::await_stream(std::stop_token stop) const {
    constexpr std::chrono::seconds turn{1};
    const std::uint64_t marker = of_.with_.barrier.pass(stop);
    while (!of_.with_.router.wait_for_marker(marker, std::chrono::steady_clock::now() + turn, stop))
        ;
}

void pending_changes::look::await_flushes(std::chrono::milliseconds at_most,
                                          std::stop_token stop) const {
    constexpr std::chrono::milliseconds turn{10};
    const auto until = std::chrono::steady_clock::now() + at_most;
    while (!watch_.all_flushed() && std::chrono::steady_clock::now() < until) pause_for(turn, stop);
}

}  // namespace segue::verify
