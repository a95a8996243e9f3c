#pragma once

#include "src/keys/key_codec.hpp"
#include "src/verify/difference.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace segue::verify {

/// How far a verification has come, and what it has found.
struct verified {
    std::optional<keys::key_value> up_to;  ///< All keys up to it; unset: none, or all if done.
    bool done = false;
    std::uint64_t rows = 0;                ///< Of the source, that were compared.
    std::uint64_t ranges = 0;              ///< That were compared,
    std::uint64_t skipped = 0;             ///< and that a sample left out.
    std::uint64_t ranges_looked_into = 0;  ///< In which rows differed at first.
    /// Rows that kept changing while they were looked at: the server has carried them over since,
    /// or will, from the source.
    std::uint64_t changed_meanwhile = 0;
    std::vector<difference> differences;  ///< As they were found.
    bool there_may_be_more = false;       ///< It ended at as many differences as were asked for.
};

/// What a later verification goes on from: all but the differences. One line, to be kept as it is.
/// Rows that waited to be carried over, and were to be looked at again, are not looked at by it:
/// they are carried over from the source in any case.
std::string state_of(const verified& of);
/// Throws segue::error for a text that state_of() has not made.
verified go_on_from(std::string_view state);

}  // namespace segue::verify
