#pragma once

#include "src/keys/key_codec.hpp"
#include "src/schema/projection.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace segue::rows {

/// The SQL that copies and replays rows through a projection. Tables are always named by schema and
/// table, never by alias, so that the same text works under LOCK TABLES. Immutable; any thread.
class statements {
  public:
    static constexpr std::size_t usual_packet_bytes = std::size_t{64} << 20U;

    /// `locking_reads`: read the source FOR SHARE, for servers on which a barrier proves nothing.
    /// `packet_bytes_max`: how long a statement may be for the server (max_allowed_packet).
    statements(const schema::projection& projection, bool locking_reads,
               std::size_t packet_bytes_max = usual_packet_bytes);

    const keys::key_codec& codec() const noexcept { return codec_; }

    /// How many keys a statement may name. It fits into a packet, and so does one about a conflict,
    /// which names those of up to five batches; and it is short, as it is held in memory a few
    /// times while it is sent. Precondition: packet_bytes_needed() are allowed.
    std::size_t keys_max() const;
    /// How many bytes statements may have that name single keys or one range.
    std::size_t packet_bytes_needed() const;

    /// Asks for the first, or last, key of the source, as the key's index orders them: no row if it
    /// is empty. "Above", "up to" and "below" mean that order everywhere.
    std::string first_key() const;
    std::string last_key() const;
    /// One range of the source's index. For several, joined by OR, the server may read the whole
    /// index from its start, if that has all columns that are asked for.
    struct leg {
        std::string condition;
        std::size_t fixed_columns = 0;  ///< So many columns of the key have one value in it.
    };
    /// The legs that, one behind the other, are the keys above `after`; all keys where it is unset.
    std::vector<leg> legs(const std::optional<keys::key_value>& after) const;
    /// Asks for the key of the `rows`-th row of a leg in the source, and then 1 if it is not above
    /// `up_to`, else 0; no row if there are fewer.
    std::string bound(const leg& within, const std::optional<keys::key_value>& up_to,
                      std::uint64_t rows) const;
    /// Asks how many rows the leg has in the source, `rows_max` at most.
    std::string count_leg(const leg& within, std::uint64_t rows_max) const;

    /// Asks how many rows the range has in the source.
    std::string count(const keys::key_range& range) const;

    /// Inserts the rows of the range from the source. None of them may be in the target, but for
    /// keys that only the server orders, with `upserts`: then over what the target holds.
    std::string copy(const keys::key_range& range) const;
    /// Whether the target's index orders the keys as the source's does.
    bool ranges_in_target() const noexcept { return projection_.key.same_in_target; }
    /// Deletes the range in the target. Precondition: ranges_in_target().
    std::string erase_range(const keys::key_range& range) const;

    /// Asks for one row for each of the keys, of its index from 0 and then 1 if the source has no
    /// such row that is meant (projection::where), 0 if it has. An answer with fewer rows than keys
    /// is not one.
    std::string which_are_gone(std::span<const keys::key_value> keys) const;
    /// Asks, for keys that only the server compares, for a row for each of `asked` that names a row
    /// which one of `names` names too, of its index and the least index of such a name.
    std::string same_keys(std::span<const keys::key_value> asked,
                          std::span<const keys::key_value> names) const;
    /// Deletes the target's rows of these keys, whatever other keys are equal to them there.
    std::string erase(std::span<const keys::key_value> keys) const;
    /// Whether erase() of a name may leave the row that it means, as the target tells apart by
    /// bytes what the source does not. Then by the names that spelled() gives it is gone as well.
    bool spelling_matters() const noexcept;
    /// Asks for the keys of the source's rows that these keys name, as the rows have them now.
    std::string spelled(std::span<const keys::key_value> keys) const;
    /// Inserts the current source rows of the keys, each once, whatever names it has among them;
    /// with `upserts`, over what the target holds.
    std::string carry_over(std::span<const keys::key_value> keys) const;
    /// Inserts the current source rows of the keys as carry_over() does, never over what the target
    /// holds.
    std::string carry_over_plainly(std::span<const keys::key_value> keys) const;
    bool upserts() const noexcept { return projection_.upserts; }
    /// Whether a row that is in the target must be written over, and never be inserted anew.
    bool keeps_rows() const noexcept { return projection_.keeps_rows; }
    /// Columns of the target that the server computes from others of the row.
    const std::vector<std::string>& computed() const noexcept { return projection_.computed; }
    /// Columns of the target whose values are converted by an expression.
    std::vector<std::string> converted() const;

    /// Inserts as copy() or carry_over() do, but where a unique index of the target stands in the
    /// way the target's row stays as it is, and, unless both are of one key (which is told too
    /// where only the server orders them), "holder,newcomer" keys
    /// are collected in the user variable @segue_collisions, separated by ';' (the columns of a key
    /// by ',', each as key_codec::printed() has it). The server itself finds the holders, by its
    /// own conversions and collations, in one snapshot of the source. To be rolled back.
    std::string collisions_in(const keys::key_range& range) const;
    std::string collisions_in(std::span<const keys::key_value> keys) const;

    /// Asks which of the keys the target has.
    std::string in_target(std::span<const keys::key_value> keys) const;

    /// Asks for the key of one of the range's rows in the source that meet the condition; no row if
    /// none does. The condition names columns with the source's full name.
    std::string any_that(const keys::key_range& range, const std::string& condition) const;
    /// As in_target(), with these expressions over the target's row behind the key's columns.
    std::string in_target(std::span<const keys::key_value> keys,
                          std::string_view more_columns) const;

    /// For queries of others that read the two tables: the rows of a range, in the target only if
    /// ranges_in_target(); the order of such rows; the key as key_codec::from_row() reads it; and,
    /// where both tables are joined, that the target's row is that of the source's.
    std::string is_in_source(const keys::key_range& range) const;
    std::string is_in_target(const keys::key_range& range) const;
    std::string source_order() const;
    std::string target_order() const;
    std::string source_key() const { return source_read_; }
    std::string target_key() const { return printed_key(side::target); }
    std::string is_row_of_source() const;
    /// " AND " and the condition that rows of the source have to meet; empty: there is none.
    std::string if_it_is_meant() const;

    /// Asks for the keys of the range's rows in the source, in order, `rows_max` at most.
    std::string keys_in(const keys::key_range& range, std::uint64_t rows_max) const;

  private:
    enum class side { source, target };
    enum class listed { as_they_are, with_index, each_row_once };

    std::string name_of(side in, std::size_t column) const;
    std::string is_value_of(side in, std::size_t column, const std::string& value) const;
    std::string matching(side in) const;
    std::string printed_key(side in) const;
    std::string in_order(std::size_t column, bool backward, side in = side::source) const;
    std::string order_from(std::size_t column, side in = side::source) const;
    std::string end_key(bool last) const;
    std::string range_condition(side in, const keys::key_range& range) const;
    std::string key_list(std::span<const keys::key_value> keys, listed how,
                         std::string_view given = {}) const;
    std::string insert_into() const;
    std::string written_over(const schema::projected_column& column) const;
    std::string over_what_is_there() const;
    std::string from_range(const keys::key_range& range) const;
    enum class of_rows { all, meant };
    std::string from_keys(std::span<const keys::key_value> keys, of_rows which) const;
    std::string collecting_collisions() const;
    std::size_t key_bytes_max() const;
    std::size_t frame_bytes_max() const;
    std::size_t range_bytes_max() const;

    schema::projection projection_;
    keys::key_codec codec_;
    std::string lock_clause_;
    std::size_t packet_bytes_max_;
    std::string_view keys_name_;  ///< Of the derived table that lists keys, unlike the tables'.
    std::string source_read_;     ///< The key's columns in the source, as the codec reads them.
};

}  // namespace segue::rows
