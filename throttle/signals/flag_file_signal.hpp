#pragma once

#include "src/base/flag_file.hpp"
#include "throttle/signal.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::throttle {

/// Throttles while any of some files exists (--throttle-flag-file,
/// --throttle-additional-flag-file), whatever it holds. Read ten times a second.
/// One that cannot be looked at counts as there, and is told once. Which one it is is told when it
/// comes.
class flag_file_signal final : public signal {
  public:
    explicit flag_file_signal(const std::vector<std::string>& paths);

    std::string_view name() const noexcept override { return "flag-file"; }
    signal_rank rank() const noexcept override { return signal_rank::operators; }
    std::chrono::milliseconds period() const noexcept override;
    std::optional<std::string> evaluate() override;

  private:
    std::vector<flag_file_watch> files_;
    std::string told_;  // the path of the file that throttles; empty: none
};

}  // namespace segue::throttle
