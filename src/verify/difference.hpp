#pragma once

#include "src/keys/key_codec.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace segue::verify {

enum class difference_kind {
    changed,  ///< The target's row has other values.
    missing,  ///< The target lacks a row of the source.
    surplus   ///< The target has a row that the source does not have.
};

/// A row of the target that is not what the source's row gives.
struct difference {
    difference_kind kind = difference_kind::changed;
    keys::key_value key;
    /// Of `changed`: the target's columns with other values. Empty where what the source has cannot
    /// be written beside the target's other rows, so that no two values can be put side by side.
    std::vector<std::string> columns = {};
};

/// "row id=7: other values in `a`, `b`", "row id=7: missing in TARGET", ... `target`: what the
/// target is called.
std::string describe(const difference& of, const keys::key_codec& codec, std::string_view target);

}  // namespace segue::verify
