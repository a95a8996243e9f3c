#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace segue::demo {

/// What the demo tells, on stdout; in colours where that is a terminal and NO_COLOR is not set.
/// Threads: one at a time.
class console {
  public:
    console();

    /// Begins a step. The time it took stands under it when the next one begins, or at the end.
    void step(std::string_view title);
    void end_step();

    void line(std::string_view text);
    /// A line that segue wrote.
    void segue_line(std::string_view text);
    void verdict(bool passed, std::string_view text);

  private:
    bool colours_;
    bool in_step_ = false;
    std::chrono::steady_clock::time_point step_began_;
};

/// "12.3 s", or "1 min 5 s" from a minute on.
std::string time_text(std::chrono::milliseconds duration);

/// 1234567 as "1 234 567".
std::string count_text(std::uint64_t count);

}  // namespace segue::demo
