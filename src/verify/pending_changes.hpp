#pragma once

#include "src/changes/barrier.hpp"
#include "src/changes/change_set.hpp"
#include "src/changes/router.hpp"

#include <chrono>
#include <span>
#include <stop_token>

namespace segue::verify {

/// Whether a difference that was seen may come of a change that is still to be carried over.
///
/// A row of the target that nobody else wrote is as the source's row was when it was last carried
/// over. So if it differs in one moment's view of both, the source's row was changed since, and
/// that change stands in the log before every marker that is committed after the view. When the
/// stream has come to such a marker the change was in the change set at some time, unless it was
/// carried over before the view; and then the view shows what it made.
/// Lifetime: what it is made of outlives it; the engine has copied all, and its threads run.
/// Threads: one.
class pending_changes {
  public:
    struct parts {
        changes::change_set& changes;
        changes::barrier& barrier;
        changes::router& router;
    };
    explicit pending_changes(parts with) : with_(with) {}

    /// From before a view until that is judged.
    class look {
      public:
        look(const pending_changes& of, std::span<const keys::key_value> keys)
            : of_(of), watch_(of.with_.changes, keys) {}

        /// Whether the key's row may differ by a change that is still to be carried over: so far,
        /// or of what was seen before the call, once await_stream() has returned after it.
        bool may_be_pending(const keys::key_value& key) const {
            return watch_.saw(key).value_or(true);
        }
        /// Waits until the stream has come to all that was committed before the call. Throws
        /// `stopped`.
        void await_stream(std::stop_token stop) const;
        /// Waits until each of the keys that waited to be carried over has been, or until `at_most`
        /// is over. Throws `stopped`.
        void await_flushes(std::chrono::milliseconds at_most, std::stop_token stop) const;

      private:
        const pending_changes& of_;
        changes::change_set::watch watch_;
    };

  private:
    const parts with_;
};

}  // namespace segue::verify
