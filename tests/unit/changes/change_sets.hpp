#pragma once

#include "src/changes/change_set.hpp"
#include "tests/unit/keys/keys.hpp"
#include "tests/unit/support/patience.hpp"

#include <chrono>
#include <cstddef>
#include <vector>

/// Change sets, and how they are emptied, for the tests of this folder.
namespace segue::changes {

inline constexpr std::size_t plenty = 1'000;

// Waits for keys; none when they do not come.
inline std::vector<keys::key_value> taken(change_set& changes, std::size_t keys_max = plenty) {
    const test::patience bounded;
    return changes.take(keys_max, std::chrono::milliseconds(0), bounded.token())
        .value_or(std::vector<keys::key_value>{});
}

inline void flush_all(change_set& changes) {
    changes.flushed(taken(changes));
}

// A change set whose copy covers up to 100, with its tail copied and (0, 10] registered as chunk 1.
struct copying_change_set {
    copying_change_set() {
        changes.begin_copy(keys::key(100));
        changes.register_chunk(0, {.after = keys::key(100), .up_to = std::nullopt});
        changes.chunk_ended(0);
        changes.register_chunk(1, {.after = std::nullopt, .up_to = keys::key(10)});
    }
    change_set changes{plenty};
};

}  // namespace segue::changes
