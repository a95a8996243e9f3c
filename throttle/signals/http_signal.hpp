#pragma once

#include "throttle/pace.hpp"
#include "throttle/signal.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace segue::throttle {

/// How a URL is asked; const from the start.
struct http_settings {
    /// --throttle-http-interval-millis. Above zero.
    std::chrono::milliseconds interval{100};
    /// --throttle-http-timeout-millis: how long an answer is waited for. Above zero.
    std::chrono::milliseconds timeout{1'000};
    /// --ignore-http-errors: that no answer comes is no reason to wait.
    bool ignore_errors = false;
};

/// The reason to throttle that a status code is, as gh-ost's status line words it; nullopt for 200.
/// `of_freno`: by the meaning that https://github.com/github/freno gives it.
std::optional<std::string> http_reason(unsigned status, bool of_freno);

/// Throttles unless a HEAD request is answered with 200 (--throttle-http), as freno and Vitess's
/// throttler answer it.
class http_signal final : public signal {
  public:
    /// The URL is `pace`'s of the moment; without one nothing is asked. `pace` outlives it.
    http_signal(const live_pace& pace, http_settings with) : pace_(pace), with_(with) {}

    std::string_view name() const noexcept override { return "throttle-http"; }
    signal_rank rank() const noexcept override { return signal_rank::http; }
    std::chrono::milliseconds period() const noexcept override { return with_.interval; }
    std::optional<std::string> evaluate() override;

  private:
    const live_pace& pace_;
    const http_settings with_;
};

}  // namespace segue::throttle
