#pragma once

#include "src/db/session_factory.hpp"
#include "src/swap/swap_record.hpp"

#include <chrono>
#include <stop_token>
#include <thread>

namespace segue::swap {

/// A stop_token does not end a statement: once `when` is asked, this waits for `grace` and then
/// ends those that run in a factory's sessions (KILL QUERY), again and again. It leaves them alone
/// while the answer to RENAME TABLE is open, as what became of that is being looked up.
/// Lifecycle: at work until it is destroyed. Threads: one of its own, "ender".
/// Lifetime: all that it is given outlives it.
class own_statement_ender {
  public:
    own_statement_ender(db::session_factory& sessions, const swap_record& swap,
                        std::stop_token when, std::chrono::milliseconds grace);

  private:
    std::jthread thread_;
};

}  // namespace segue::swap
