#pragma once

#include "tests/chaos/plan.hpp"
#include "tests/support/sandbox_server.hpp"

#include <map>
#include <memory>
#include <string>
#include <utility>

namespace segue::chaos {

/// Servers that are kept from run to run, as a start takes as long as a run. What a plan wants of
/// their settings is set for each run.
/// Threads: one. Errors: as sandbox_server's.
class server_pool {
  public:
    /// The one that fits. It may have been killed and started again by earlier runs.
    std::shared_ptr<test::sandbox_server> server_for(const plan& of);
    /// A primary and its replica, which nobody else gets.
    struct pair {
        std::shared_ptr<test::sandbox_server> primary;
        std::shared_ptr<test::sandbox_server> replica;
    };
    static pair pair_for(const plan& of);

    /// No later run gets any of these servers; they end when nobody has them any more.
    void forget() { kept_.clear(); }

  private:
    std::map<std::pair<std::string, bool>, std::shared_ptr<test::sandbox_server>> kept_;
};

}  // namespace segue::chaos
