#pragma once

#include <atomic>

namespace segue::swap {

/// What is known of RENAME TABLE, the one statement that swaps the names.
enum class swap_state {
    not_made,     ///< Never sent, or known to have changed nothing: the original is untouched.
    answer_open,  ///< RENAME was sent, and what became of it is not known.
    made
};

/// Whatever else fails, this alone decides what a run says at its end, and its exit code.
/// Threads: written by the one that swaps, read from any.
class swap_record {
  public:
    swap_state now() const noexcept { return state_.load(); }

    /// To be called before RENAME TABLE is sent.
    void rename_is_sent() noexcept { state_.store(swap_state::answer_open); }
    /// What became of RENAME TABLE is known, by the server's answer or by the tables that there
    /// are.
    void is_known(bool made) noexcept {
        state_.store(made ? swap_state::made : swap_state::not_made);
    }

  private:
    std::atomic<swap_state> state_{swap_state::not_made};
};

}  // namespace segue::swap
