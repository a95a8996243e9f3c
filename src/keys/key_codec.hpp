#pragma once

#include "binlog/stream.hpp"
#include "src/db/session.hpp"
#include "src/schema/row_key.hpp"

#include <compare>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace segue::keys {

/// One row's key. Of an ordered key (row_key::ordered()) the bytes compare as the key's index
/// orders the rows. Else they tell spellings apart: different bytes may name one row.
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
    bool operator==(const key_range&) const = default;

    bool contains(const key_value& key) const {
        return (!after || *after < key) && (!up_to || key <= *up_to);
    }
};

/// Turns key values from one form into another: a row image of the binary log, text in a result, a
/// literal in SQL, and key_value. A row has one key_value, whichever form it comes from. Immutable;
/// any thread. Errors: segue::error also for values by which no row is named ('0000-00-00').
class key_codec {
  public:
    explicit key_codec(const schema::row_key& key);

    /// The key of a row image. Throws segue::error when a key column is absent from it, is NULL, or
    /// has a type or a length that its column does not have.
    key_value from_images(std::span<const binlog::column_image> columns) const;

    /// What to SELECT for the key column of this index, of the name given, so that from_row() reads
    /// it. Holds neither ',' nor ';' when printed.
    std::string printed(std::size_t column, const std::string& name) const;
    /// What to SELECT for the new table's column of the name given, so that from_row() reads it.
    std::string printed_in_target(std::size_t column, const std::string& name) const;
    /// The key of a row whose key columns a query printed (printed()), in the key's order.
    key_value from_row(std::span<const db::value> columns) const;

    /// One literal for each key column, of the column's type, character set and collation.
    std::vector<std::string> literals(const key_value& key) const;
    /// Upper bound of the bytes that literals() makes of one key.
    std::size_t literal_bytes_max() const noexcept { return literal_bytes_max_; }

    /// "id=7" or "a=1, b='x'", by the names in the original, for messages.
    std::string describe(const key_value& key) const;

    const schema::row_key& key() const noexcept { return key_; }
    std::size_t columns() const noexcept { return key_.columns.size(); }
    bool ordered() const noexcept { return ordered_; }

  private:
    schema::row_key key_;
    bool ordered_ = true;
    std::size_t literal_bytes_max_ = 0;
};

}  // namespace segue::keys
