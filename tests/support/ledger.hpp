#pragma once

#include "src/base/table_name.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/table_spec.hpp"

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace segue::test {

/// What a row holds in the columns the application knows: the unique column's value first, if there
/// is one, then the spec's columns, as printed by read_expression().
class row_image {
  public:
    row_image() = default;
    explicit row_image(const row& values);

    row values() const;
    /// For messages.
    std::string text() const;
    bool operator==(const row_image&) const = default;

  private:
    std::string packed_;  // in one string, as a ledger holds millions
};

/// One row before and after a transaction; nullopt is no row.
struct row_effect {
    std::uint64_t number = 0;
    std::optional<row_image> before;
    std::optional<row_image> after;
};

/// How a table differs from a ledger.
struct comparison {
    std::uint64_t rows = 0;  ///< Read from the table.
    std::uint64_t missing = 0;
    std::uint64_t extra = 0;
    std::uint64_t different = 0;
    std::uint64_t torn = 0;          ///< Transactions of unknown outcome that are there in part.
    std::uint64_t in_doubt = 0;      ///< Keys of which two states were allowed; no difference.
    std::vector<std::string> first;  ///< The first differences, with key, expected and found.

    bool equal() const noexcept { return missing + extra + different + torn == 0; }
    std::string text() const;
};

/// What the table must hold, from the acknowledgements that its writers got.
/// Every key belongs to one writer, so that the order of its changes is known.
/// Threads: any; compare() and load() while nobody writes.
class ledger {
  public:
    explicit ledger(table_spec spec) : spec_(std::move(spec)) {}

    /// Takes the rows of the table as the state to begin with.
    void load(application_session& session, const table_name& table);

    const table_spec& spec() const noexcept { return spec_; }
    std::size_t rows() const;
    /// The largest key number so far, and the largest value of the unique column.
    std::uint64_t largest_number() const;
    std::int64_t largest_unique_value() const;

    std::optional<row_image> current(std::uint64_t number) const;
    /// True for a key whose last transaction has an unknown outcome: nobody changes it any more.
    bool in_doubt(std::uint64_t number) const;

    /// The server has acknowledged the transaction.
    void acknowledge(const std::vector<row_effect>& effects);
    /// The server may or may not have committed the transaction: all of it, or nothing.
    void doubt(const std::vector<row_effect>& effects);
    /// A row that may or may not be there, once, under a key that the server chose.
    void doubt_insert(row_image image);

    /// Reads the whole table. `first_max` bounds comparison::first.
    comparison compare(application_session& session, const table_name& table,
                       std::size_t first_max = 20) const;

  private:
    std::string select_statement(const table_name& table) const;

    const table_spec spec_;
    mutable std::mutex mutex_;
    std::unordered_map<std::uint64_t, row_image> rows_;  // guarded by mutex_, as is all below
    std::vector<std::vector<row_effect>> doubts_;        // their keys are not in rows_
    std::unordered_set<std::uint64_t> doubtful_numbers_;
    std::vector<row_image> doubtful_inserts_;
    std::uint64_t largest_number_ = 0;
    std::int64_t largest_unique_value_ = 0;
};

}  // namespace segue::test
