#pragma once

#include "src/split/plan.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::split {

enum class phase {
    inspect,
    copy,
    in_step,  ///< All is copied; it waits to be told to finish.
    verify,
    finish,
    done
};
std::string_view name_of(phase at) noexcept;

/// Where a split stands. A copy: it does not change.
struct progress {
    phase at = phase::inspect;
    std::uint64_t rows_estimate = 0;       ///< Of the source.
    std::uint64_t rows_copied = 0;         ///< By this run, and by those that it goes on with.
    std::uint64_t rows_copied_before = 0;  ///< Of these: by earlier runs.
    bool all_copied = false;
    std::uint64_t rows_verified = 0;
    std::uint64_t keys_flushed = 0;  ///< Changes carried over, by this run.
    std::size_t backlog = 0;         ///< Changes that wait to be.
    std::chrono::milliseconds elapsed{0};
    /// How old the newest heartbeat is that came through the stream; unset: none came yet.
    std::optional<std::chrono::milliseconds> heartbeat_lag = {};
    std::string stream_position = {};
    bool finish_asked = false;
    bool throttled = false;
    std::string throttle_reason = {};
};

/// How it ended.
struct outcome {
    progress at;
    bool by_earlier_run = false;  ///< This one has dropped what that one left.
    bool locked = false;          ///< With both tables locked.
    /// At which place of the primary's log, in words: with `locked` the two tables were equal
    /// there; else all before it is in the target.
    std::string place;
    std::uint64_t rows_verified = 0;
    std::uint64_t rows_in_target = 0;  ///< As they were verified.
    unsigned attempts = 0;             ///< To lock.
    std::chrono::milliseconds stall{0};
    std::chrono::milliseconds stall_max{0};
};

/// What a rehearsal found beside the plan.
struct trial {
    std::uint64_t rows_looked_at = 0;  ///< The first ones by the key,
    std::uint64_t rows_matching = 0;   ///< and how many of them match.
    std::vector<std::string> columns;  ///< Of the target, as the rows below have them.
    std::vector<std::vector<std::optional<std::string>>> rows;  ///< Ten at most.
};

/// Is told what happens. Calls come from the thread that runs the split; they must not block for
/// long, and not throw.
class observer {
  public:
    virtual ~observer() = default;
    /// Every check has passed, and nothing was made yet.
    virtual void on_plan(const plan& made) = 0;
    virtual void on_phase(phase now) = 0;
    /// The operator should know `text`, one sentence.
    virtual void on_notice(const std::string& text) = 0;
    /// The run asks before it goes on behind these: it may take its time, and throw.
    virtual void on_validated() {}
    virtual void on_before_rows() {}
    virtual void on_rows_complete() {}
    virtual void on_before_finish() {}
    /// A chunk could not be copied, and is tried again. Any thread; must not throw.
    virtual void on_copy_failure(const std::string& /*why*/) noexcept {}
};

}  // namespace segue::split
