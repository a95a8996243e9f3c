#pragma once

#include <cstdint>
#include <string_view>

namespace segue {

/// A hash for a name that is too long: the same from one release to the next (FNV-1a). No secret
/// depends on it. https://datatracker.ietf.org/doc/html/draft-eastlake-fnv
constexpr std::uint32_t stable_hash(std::string_view text) noexcept {
    std::uint32_t hash = 2166136261U;
    for (const char byte : text) {
        hash ^= static_cast<unsigned char>(byte);
        hash *= 16777619U;
    }
    return hash;
}

}  // namespace segue
