#pragma once

#include "src/base/error.hpp"

#include <string>
#include <string_view>

namespace segue::keys {

/// A check of bytes or of text that came from a server, or from a state that was written down: no
/// fault of Segue's own. Throws segue::error when `holds` is false.
inline void must_be_readable(bool holds, std::string_view what) {
    if (!holds) throw error("a key cannot be read: " + std::string(what));
}

}  // namespace segue::keys
