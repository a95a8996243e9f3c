#pragma once

#include "binlog/stream.hpp"
#include "src/db/session.hpp"
#include "src/schema/row_key.hpp"

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace segue::migration {

/// One row's key. Encoded so that comparing the bytes compares the keys as the server orders them.
struct key_value {
    std::string encoded;
    auto operator<=>(const key_value&) const = default;
    bool operator==(const key_value&) const = default;
};

struct key_value_hash {
    std::size_t operator()(const key_value& key) const noexcept {
        return std::hash<std::string>()(key.encoded);
    }
};

/// The keys above `after` up to and including `up_to`; an end that is not set is open.
struct key_range {
    std::optional<key_value> after;
    std::optional<key_value> up_to;

    bool contains(const key_value& key) const {
        return (!after || *after < key) && (!up_to || key <= *up_to);
    }
};

/// Between the forms a key value has: a row image of the binary log, text in a result, a literal in
/// SQL, and key_value. Immutable; any thread.
class key_codec {
  public:
    explicit key_codec(const schema::row_key& key);

    /// Throws segue::error when a key column is absent from the image, is NULL, or has a length
    /// that its type does not have.
    key_value from_images(std::span<const binlog::column_image> columns) const;

    /// From the key columns as a query printed them, in the key's order.
    key_value from_row(std::span<const db::value> columns) const;

    /// One literal for each key column.
    std::vector<std::string> literals(const key_value& key) const;

    /// "id=7" or "a=1, b=2", by the names in the original, for messages.
    std::string describe(const key_value& key) const;

    std::size_t columns() const noexcept { return key_.columns.size(); }

  private:
    schema::row_key key_;
};

}  // namespace segue::migration
