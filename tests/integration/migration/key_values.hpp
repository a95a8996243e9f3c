#pragma once

#include "src/keys/key_codec.hpp"

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace segue::test {

/// A kind of key, and values of it at its edges and at random.
struct key_values {
    std::string name;
    std::vector<std::string> types;  ///< Of the columns k0, k1, ...
    bool ordered = true;
    std::vector<bool> descending = {};  ///< Of each column; empty: none.
    /// Literals for a column at its edges, as many as there are.
    std::vector<std::vector<std::string>> edges;
    /// A random literal for each column.
    std::vector<std::function<std::string(std::mt19937_64&)>> random;

    /// "(..)" of all columns: the edges combined, and some hundred at random.
    std::vector<std::string> rows(std::uint64_t seed) const;
    std::string names() const;
    /// The columns as an index has them: "k0,k1 DESC".
    std::string index() const;
    /// What to select, so that the codec reads it.
    std::string printed(const keys::key_codec& codec) const;
};

/// Every type that can be in a key, and composites.
std::vector<key_values> all_key_values();

}  // namespace segue::test
