#pragma once

#include "src/migration/key_codec.hpp"
#include "src/schema/projection.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace segue::migration {

/// The SQL that copies and replays rows through a projection. Tables are always named by schema and
/// table, never by alias, so that the same text works under LOCK TABLES. Immutable; any thread.
class statements {
  public:
    /// `locking_reads`: read the source FOR SHARE, for servers on which a barrier proves nothing.
    statements(const schema::projection& projection, bool locking_reads);

    const key_codec& codec() const noexcept { return codec_; }

    /// The greatest key of the source: no row if it is empty.
    std::string last_key() const;
    /// The key of the `rows`-th row of the range in the source: no row if there are fewer.
    std::string bound(const key_range& range, std::uint64_t rows) const;

    /// How many rows the range has in the source.
    std::string count(const key_range& range) const;

    /// Inserts the rows of the range from the source; none of them may be in the target.
    std::string copy(const key_range& range) const;

    /// One row for each of the keys, of its columns and then 1 if the source has no such row, 0 if
    /// it has. Never empty-handed: an answer with fewer rows than keys is not one.
    std::string which_are_gone(std::span<const key_value> keys) const;
    std::string erase(std::span<const key_value> keys) const;
    /// Inserts the current source rows of the keys; with `upserts`, over what the target holds.
    std::string carry_over(std::span<const key_value> keys) const;
    /// The same, never over what the target holds.
    std::string carry_over_plainly(std::span<const key_value> keys) const;
    bool upserts() const noexcept { return projection_.upserts; }

    /// Inserts as copy() or carry_over() do, but where a unique index of the target stands in the
    /// way the target's row stays as it is, and "holder,newcomer" keys are collected in the user
    /// variable @segue_collisions, separated by ';' (the columns of a key by ','). The server
    /// itself finds the holders, by its own conversions and collations, in one snapshot of the
    /// source. To be rolled back.
    std::string collisions_in(const key_range& range) const;
    std::string collisions_in(std::span<const key_value> keys) const;

    /// The keys of the range's rows in the source, in order, `rows_max` at most.
    std::string keys_in(const key_range& range, std::uint64_t rows_max) const;

  private:
    std::string range_condition(const key_range& range) const;
    std::string key_list(std::span<const key_value> keys) const;
    std::string insert_into() const;
    std::string from_range(const key_range& range) const;
    std::string from_keys(std::span<const key_value> keys) const;
    std::string collecting_collisions() const;

    schema::projection projection_;
    key_codec codec_;
    std::string lock_clause_;
    std::string source_key_;  ///< The key's columns in the source, qualified, separated by commas.
    std::string target_key_;
};

}  // namespace segue::migration
