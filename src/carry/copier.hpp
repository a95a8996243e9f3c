#pragma once

#include "src/carry/chunk_queue.hpp"
#include "src/carry/chunk_sizer.hpp"
#include "src/carry/conflict_resolver.hpp"
#include "src/carry/copy_start.hpp"
#include "src/carry/lock_holders.hpp"
#include "src/carry/wording.hpp"
#include "src/changes/barrier.hpp"
#include "src/db/retry.hpp"
#include "src/db/session_factory.hpp"
#include "src/rows/row_writer.hpp"
#include "src/tables/checkpoint_table.hpp"
#include "throttle/throttler.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace segue::carry {

/// A condition that no row of the source may meet when it is copied; one that does ends the copy.
struct row_check {
    std::string condition;  ///< As statements::any_that() takes it.
    std::string says;       ///< Is followed by the row's key.
};

/// Copies the source, chunk by chunk. One thread finds bounds, several copy.
/// Lifetime: all that `parts` names outlives it.
class copier {
  public:
    struct parts {
        db::session_factory& sessions;
        const rows::row_writer& writer;
        const tables::checkpoint_table& checkpoint;
        conflict_resolver& conflicts;
        changes::barrier& barrier;
        chunk_queue& chunks;
        chunk_sizer& sizer;
        throttle::throttler& throttler;
        const wording& words;
        const throttle::live_pace& pace;
        unsigned failures_max;  ///< As db::retrying_session takes it.
        /// Is told of each try to copy a chunk that failed, whether it is tried again or not. Any
        /// copy worker calls it; it must be short, and not throw. Empty: nobody is.
        std::function<void(const std::string& why)> failed = {};
        lock_holders holders = {};
        std::vector<row_check> checks = {};
    };
    explicit copier(parts with) : with_(std::move(with)) {}

    /// Pushes what is open, then every chunk up to the end, and closes the queue. Throws as
    /// sessions do, and `stopped`.
    void find_bounds(const copy_start& from, std::stop_token stop);

    /// Copies chunks until there are no more. Throws segue::error for what ends the migration (a
    /// row that the new table refuses is named by key), and `stopped`.
    void copy_chunks(std::stop_token stop);

    std::uint64_t rows_copied() const noexcept { return rows_copied_.load(); }

  private:
    struct at_work;
    std::optional<chunk> copy(db::retrying_session& session, const chunk& current, bool& proven,
                              std::chrono::nanoseconds& took, std::stop_token stop);
    void throw_if_met(db::session& on, const keys::key_range& part) const;
    void copy_part(db::retrying_session& session, at_work& work, std::stop_token stop);
    void halve_part(db::retrying_session& session, at_work& work, const error& failure,
                    std::stop_token stop);
    void rest_after(std::chrono::nanoseconds took, std::stop_token stop) const;
    [[noreturn]] void throw_naming_the_row(db::retrying_session& session, const chunk& current,
                                           const error& failure, std::stop_token stop) const;

    const parts with_;
    std::atomic<bool> first_taken_{false};  // set by the copy worker that asks for a chunk first
    std::atomic<std::uint64_t> rows_copied_{0};  // written by the copy workers
};

}  // namespace segue::carry
