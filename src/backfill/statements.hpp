#pragma once

#include "src/backfill/plan.hpp"
#include "src/keys/key_codec.hpp"
#include "src/rows/statements.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace segue::backfill {

/// The SQL of a backfill. The table is always named by schema and table. Immutable; any thread.
class statements {
  public:
    explicit statements(const plan& made);

    /// How the table is walked over.
    const rows::statements& walk() const noexcept { return walk_; }
    const keys::key_codec& codec() const noexcept { return walk_.codec(); }
    /// How many keys one statement may name.
    std::size_t keys_max() const { return keys_max_; }

    /// Asks for the keys of the range's rows that match --where and may change, in order.
    std::string candidates(const keys::key_range& range) const;
    /// The same of these keys: those of the rows that can be locked at once, and locks them.
    std::string lock(std::span<const keys::key_value> keys) const;
    /// The same, whatever --where says.
    std::string lock_any(std::span<const keys::key_value> keys) const;
    /// As lock(), without a lock: whoever holds them, as they were committed last.
    std::string still(std::span<const keys::key_value> keys) const;
    /// Asks which of the rows of these keys are not yet as they should be, as far as a condition
    /// tells it: may change once more; of a value that differs each time, match --where.
    std::string unsettled(std::span<const keys::key_value> keys) const;
    /// Sets the columns in the rows of these keys, whatever --where says.
    std::string update(std::span<const keys::key_value> keys) const;

    /// Asks for the number of the range's rows that match --where.
    std::string count_matching(const keys::key_range& range) const;
    /// Asks for the number of all rows that match --where and may change, for so long at most.
    std::string count_candidates(unsigned milliseconds_max) const;
    /// Asks for the keys of the range's rows that may change, and that match --where or do not.
    std::string suspects(const keys::key_range& range, bool matching, std::uint64_t rows_max) const;

    /// Asks for the key and then these columns of the rows of the keys.
    std::string values(std::span<const keys::key_value> keys,
                       std::span<const std::string> columns) const;
    /// Asks for about how many bytes the rows of the keys take in the binary log: all columns, and
    /// those of the key and the set ones alone.
    std::string image_bytes(std::span<const keys::key_value> keys) const;

  private:
    std::string name_of(const std::string& column) const;
    std::string from() const;
    std::string is_one_of(std::span<const keys::key_value> keys) const;

    const table_name table_;
    const std::vector<schema::column> columns_;
    const rows::statements walk_;
    const std::size_t keys_max_;
    std::string index_;
    std::string where_;
    std::string changes_;  ///< The condition of may_change() of all columns that are set.
    std::string settled_by_;
    std::string assignments_;
    std::string image_;        ///< Of all columns.
    std::string short_image_;  ///< Of the set ones.
};

}  // namespace segue::backfill
