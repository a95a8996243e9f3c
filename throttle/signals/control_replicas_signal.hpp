#pragma once

#include "src/base/clock.hpp"
#include "src/wire/connection_options.hpp"
#include "throttle/pace.hpp"
#include "throttle/signal.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::throttle {

/// Throttles while one of the replicas that the pace names at the moment does
/// (--throttle-control-replicas); of several the first one is told. Each is read by a thread of its
/// own, "replica-lag", for as long as it is named, so that one that hangs delays no other, and none
/// that stays is forgotten when another one comes.
class control_replicas_signal final : public signal {
  public:
    /// Makes the signal of one replica.
    using make_one = std::function<std::unique_ptr<signal>(const wire::endpoint&)>;

    /// `pace` and `clock` outlive it.
    control_replicas_signal(const live_pace& pace, const clock_source& clock, make_one make);
    /// Waits for what its threads read just now.
    ~control_replicas_signal() override;

    std::string_view name() const noexcept override { return "throttle-control-replicas"; }
    signal_rank rank() const noexcept override { return signal_rank::control_replica; }
    std::chrono::milliseconds period() const noexcept override;
    /// Does not wait for a server.
    std::optional<std::string> evaluate() override;

  private:
    class reader;

    void follow(const std::vector<wire::endpoint>& named);

    const live_pace& pace_;
    const clock_source& clock_;
    const make_one make_;
    std::vector<std::unique_ptr<reader>> readers_;    // in the order of their names
    std::vector<std::unique_ptr<reader>> dismissed_;  // their threads end by themselves
};

}  // namespace segue::throttle
