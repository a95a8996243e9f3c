#pragma once

#include "tests/chaos/plan.hpp"
#include "tests/support/fault_proxy.hpp"
#include "tests/support/segue_process.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace segue::chaos {

/// A process of Segue's, and how far it is: by the phases it tells and by the statements that it
/// has sent through the proxy. Threads: one. Lifetime: the proxy outlives it.
class watched_segue {
  public:
    watched_segue(test::segue_build build, const std::vector<std::string>& arguments,
                  const test::environment& variables, const test::fault_proxy& proxy);

    test::segue_process& process() noexcept { return process_; }

    /// To be called often: a part that was too short to be seen counts as over.
    void look();
    stage at() const noexcept { return at_; }
    /// Whether the moment has come, or is over.
    bool has_come(const moment& when) const;
    /// Whether it waits for the flag file to go.
    bool postponed() const noexcept { return postponed_; }

    /// How often `text` stands in what it wrote.
    std::uint64_t times_told(std::string_view text);
    /// What it said last on why it ended.
    std::string last_words();

  private:
    const test::fault_proxy& proxy_;
    test::segue_process process_;
    stage at_ = stage::begin;
    bool postponed_ = false;
    std::uint64_t began_;  // the proxy's count of statements when this part began
};

}  // namespace segue::chaos
