#pragma once

#include "src/rows/statements.hpp"
#include "src/schema/projection.hpp"
#include "src/schema/table_definition.hpp"
#include "src/verify/column_comparison.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace segue::verify {

/// The queries that compare a source with its target. Each is one statement, and so reads both
/// tables as they were at one moment. Immutable; any thread.
class comparison {
  public:
    /// `texts` are of the same projection, and outlive this.
    comparison(const rows::statements& texts, const schema::projection& projection,
               const schema::table_definition& source, const schema::table_definition& target);

    /// Asks for three numbers: the range's rows in the source, those of them that the target has
    /// with the values that they must have, and the range's rows in the target. The range holds no
    /// difference where all three are equal. (Where the target's index orders keys otherwise the
    /// third one is of those rows that the source has too.)
    std::string counts(const keys::key_range& range) const;

    /// Asks for the first `rows_max` keys, in order, of the range's rows in the source that the
    /// target lacks or has with other values.
    std::string differing(const keys::key_range& range, std::size_t rows_max) const;
    /// Asks for keys of the range's rows in the target that the source lacks, in order, `rows_max`
    /// at most. Where the target's index orders keys otherwise: of all rows, whatever the range.
    std::string surplus(const keys::key_range& range, std::size_t rows_max) const;

    /// Asks for the target's rows of these keys: the key's columns, then for each of columns() a
    /// digest of its value, NULL for NULL.
    std::string digests(std::span<const keys::key_value> keys) const;
    /// Whether all three queries go by ranges.
    bool by_ranges() const noexcept { return texts_.ranges_in_target(); }

    const std::vector<column_comparison>& columns() const noexcept { return compared_.columns; }
    const std::vector<std::string>& left_out() const noexcept { return compared_.left_out; }
    const rows::statements& texts() const noexcept { return texts_; }
    const table_name& target_name() const noexcept { return target_name_; }

  private:
    std::string source_with_target(const keys::key_range& range) const;

    const rows::statements& texts_;
    const table_name target_name_;
    const std::string source_;  ///< Its table, and its index by name.
    const std::string target_;
    const std::string source_alone_;
    const std::string found_;  ///< That the target has a row, in an outer join.
    const std::string lacks_;  ///< That the source has none.
    const compared_columns compared_;
    std::string equal_;
    std::string digests_;
};

}  // namespace segue::verify
