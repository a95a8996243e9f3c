#pragma once

#include <functional>
#include <memory>
#include <string>

namespace segue::test {

/// What happens at a fault point (src/base/fault_point.hpp) of an engine in the test's own process,
/// when it is first reached while this lives. For executables that link segue::fault_hooked.
/// Threads: `does` is called by whoever reaches the point, reached() by any.
class fault_hook {
  public:
    fault_hook(std::string point, std::function<void()> does);
    fault_hook(const fault_hook&) = delete;
    fault_hook& operator=(const fault_hook&) = delete;
    ~fault_hook();

    /// Whether `does` has returned.
    bool reached() const;

  private:
    struct state;
    std::string point_;
    std::shared_ptr<state> state_;
};

}  // namespace segue::test
