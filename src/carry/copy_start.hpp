#pragma once

#include "src/carry/chunk_queue.hpp"
#include "src/changes/change_set.hpp"
#include "src/keys/key_codec.hpp"
#include "src/tables/saved_state.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace segue::carry {

/// What is to be copied, from the beginning or by what is left of an earlier run.
struct copy_start {
    std::optional<keys::key_value> end;        ///< Of the copy; unset: the source was empty.
    std::optional<keys::key_value> watermark;  ///< Up to here all is done, or in `open`.
    /// Chunks that have their numbers, the tail first. Of a copy that begins it is the tail alone.
    std::vector<chunk> open;
    std::uint64_t next_chunk = 1;
    std::uint64_t rows = 0;  ///< Copied already.
    bool goes_on = false;    ///< An earlier run has begun it.

    /// What a change set has to know of `open`.
    std::vector<changes::change_set::open_chunk> open_ranges() const;
};

copy_start copy_from_the_beginning(std::optional<keys::key_value> end);

/// Ranges that no chunk in the state covers are open: as the rest of the chunk before them, or,
/// where none is written down, under a number of their own. Precondition: the copy had begun.
/// Throws segue::error where no resume point was written yet, for a chunk below the watermark or
/// beyond the copy's end, for one but the tail with an open end, and for what is no key of `codec`.
copy_start copy_that_goes_on(const tables::saved_state& from, const keys::key_codec& codec);

}  // namespace segue::carry
