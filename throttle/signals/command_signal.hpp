#pragma once

#include "throttle/pace.hpp"
#include "throttle/signal.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace segue::throttle {

/// The reason that a command is, in gh-ost's words.
constexpr std::string_view commanded_by_user = "commanded by user";

/// Throttles while the operator has commanded it (the command `throttle` on the socket).
class command_signal final : public signal {
  public:
    /// `pace` outlives it.
    explicit command_signal(const live_pace& pace) : pace_(pace) {}

    std::string_view name() const noexcept override { return "command"; }
    signal_rank rank() const noexcept override { return signal_rank::operators; }
    std::chrono::milliseconds period() const noexcept override {
        return std::chrono::milliseconds(100);
    }
    std::optional<std::string> evaluate() override {
        return pace_.snapshot().throttled_by_command ? std::optional<std::string>(commanded_by_user)
                                                     : std::nullopt;
    }

  private:
    const live_pace& pace_;
};

}  // namespace segue::throttle
