#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace segue::binlog {

/// Who numbers transactions: a server's UUID and, from MySQL 8.3 on, a tag (empty: none).
/// https://dev.mysql.com/doc/refman/8.4/en/replication-gtids-concepts.html
struct gtid_source {
    std::array<std::uint8_t, 16> uuid{};
    std::string tag;  ///< At most 32 characters of [a-z0-9_], not beginning with a digit.

    /// "3e11fa47-71ca-11e1-9e33-c80aa9429562" or "<uuid>:<tag>".
    std::string text() const;
    auto operator<=>(const gtid_source&) const = default;
};

/// A set of global transaction identifiers, source:number with numbers from 1 to 2^63 - 2.
/// Threads: a value; not to be shared without a lock while it is changed.
/// Errors: parse and decode throw segue::error for text or bytes that are no set; memory is in
/// proportion to the input, whatever numbers it names.
class gtid_set {
  public:
    static constexpr std::uint64_t number_max = (std::uint64_t{1} << 63) - 2;

    /// The text of @@gtid_executed: "uuid:1-5:7,\nuuid:tag:1-3", in any order, with white space
    /// and empty parts between commas.
    static gtid_set parse(std::string_view text);

    /// The binary form, as in PREVIOUS_GTIDS events: plain, or the one for tagged sets.
    static gtid_set decode(std::span<const std::byte> bytes);

    /// The binary form for COM_BINLOG_DUMP_GTID: plain if no source has a tag (every server
    /// understands it), else the form of MySQL 8.3.
    /// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_binlog_dump_gtid.html
    std::vector<std::byte> encoded() const;

    /// The set as text: sources ascending, one line, as the server prints but for its line breaks.
    std::string text() const;

    /// Adds one transaction; twice is no error. Throws unless 1 <= number <= number_max.
    void add(const gtid_source& source, std::uint64_t number);
    void add(const gtid_set& other);
    /// What is in this set and not in `other`.
    gtid_set without(const gtid_set& other) const;

    /// Transactions that are not in this set, though later ones of the same source are; of each
    /// source those behind its last one in `seen`.
    gtid_set gaps_behind(const gtid_set& seen) const;

    bool contains(const gtid_source& source, std::uint64_t number) const;
    /// The one transaction that there is; nullopt: there is another number of them.
    std::optional<std::pair<gtid_source, std::uint64_t>> single() const;
    bool is_subset_of(const gtid_set& other) const;
    bool empty() const { return sources_.empty(); }
    bool has_tags() const;

    bool operator==(const gtid_set&) const = default;

  private:
    struct interval {
        std::uint64_t first = 0;
        std::uint64_t last = 0;  // included
        bool operator==(const interval&) const = default;
    };
    using intervals = std::vector<interval>;  // ascending, with a gap between neighbours

    static void normalize(intervals& of);

    std::map<gtid_source, intervals> sources_;  // none of them without an interval
};

}  // namespace segue::binlog
