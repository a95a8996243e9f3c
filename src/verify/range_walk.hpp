#pragma once

#include "src/keys/key_codec.hpp"
#include "src/verify/verified.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>

namespace segue::verify {

/// Which ranges of keys are compared, and what came of it: what several range_verifiers share. They
/// take the ranges in the order of their keys, and end them in any order.
/// Threads: any.
class range_walk {
  public:
    struct settings {
        std::size_t differences_max = 100;  ///< It ends when so many are found. Above zero.
        unsigned sample_percent = 100;      ///< So many of a hundred ranges are compared, 1 to 100.
        std::uint64_t sample_seed = 0;      ///< Which ones.
        /// Behind all ranges there is one turn more, in which all of the target is looked through
        /// for rows that only it has: where no range tells (comparison::by_ranges()).
        bool surplus_apart = false;
    };
    /// Takes in all that `from`, of a walk with the same settings, has not settled.
    range_walk(tables::verified_rows from, settings set);

    enum class work { compare, skip, look_for_surplus };
    struct range {
        std::uint64_t number = 0;  ///< From 0, in the order of their keys.
        keys::key_range keys;
        work todo = work::compare;
    };
    /// Where a range ends that begins behind this key; unset: at the end of all.
    using end_finder =
        std::function<std::optional<keys::key_value>(const std::optional<keys::key_value>& after)>;
    /// The next range; nullopt: there is none, or enough differences are found. `find_end` is
    /// called by one caller at a time, with no lock held, and may block. Throws what it throws, and
    /// `stopped`.
    std::optional<range> take(const end_finder& find_end, std::stop_token stop);

    struct outcome {
        std::uint64_t rows = 0;  ///< As verified_rows has them, as all below.
        std::uint64_t rows_in_target = 0;
        std::uint64_t changed_meanwhile = 0;
        bool looked_into = false;
        bool differs = false;  ///< A difference was found in it.
    };
    /// Each range that was taken ends once, when the last of its rows is judged.
    void ended(const range& taken, const outcome& of);
    void found(difference one);
    bool has_enough() const;

    /// What another walk may go on from: all of it is judged, and no difference was found in it.
    tables::verified_rows settled() const;
    verified so_far() const;  ///< All that ended, and what was found.

  private:
    class turn;
    struct ended_range {
        range taken;
        outcome of;
    };
    bool is_in_sample(std::uint64_t number) const;
    std::optional<range> take_without_asking();
    bool enough() const { return so_far_.differences.size() >= set_.differences_max; }
    void settle();

    const settings set_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    // All below is guarded by mutex_.
    bool taking_ = false;  ///< Somebody asks where a range ends.
    std::optional<keys::key_value> taken_up_to_;
    std::uint64_t next_number_ = 0;
    bool all_taken_ = false;      ///< But for the look for surplus rows.
    bool surplus_taken_ = false;  ///< Or there is no such look.
    bool any_compared_ = false;   ///< A range was, or is being.
    std::size_t in_hand_ = 0;     ///< Taken, and not ended.
    std::uint64_t next_to_settle_ = 0;
    std::map<std::uint64_t, ended_range> ended_;  ///< Behind those that are settled.
    bool settles_ = true;                         ///< Until a difference is found.
    tables::verified_rows settled_;
    verified so_far_;
};

}  // namespace segue::verify
