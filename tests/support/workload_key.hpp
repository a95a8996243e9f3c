#pragma once

#include "tests/support/application_session.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace segue::test {

enum class key_kind {
    signed_integer,    ///< `id` BIGINT, some below zero.
    unsigned_integer,  ///< `id` BIGINT UNSIGNED, most above the largest signed number.
    auto_increment,    ///< `id` BIGINT AUTO_INCREMENT; half of the inserts let the server choose.
    composite,         ///< `shop` INT, `id` BIGINT.
    downwards_composite,  ///< The same, in an index with `id` in descending order.
    narrow_integer,       ///< `id` INT, for an ALTER that widens it.
    binary16,             ///< `id` BINARY(16), in no order, all with zeros at the end.
    varbinary,            ///< `id` VARBINARY(12), with zeros, some of which begin another.
    bytewise_text,        ///< `id` VARCHAR(30) COLLATE utf8mb4_0900_bin.
    any_case_text,        ///< `id` VARCHAR(30) COLLATE utf8mb4_0900_ai_ci, in many spellings.
    padded_latin_text,    ///< `id` CHAR(30) COLLATE latin1_swedish_ci, in many spellings.
    any_case_composite,   ///< `shop` ENUM, `id` VARCHAR(30) as any_case_text.
    enum_composite,       ///< `shop` ENUM, `id` INT.
    decimal,              ///< `id` DECIMAL(20,4), some below zero.
    datetime,             ///< `id` DATETIME(6).
    date_composite        ///< `shop` DATE, `id` INT.
};

/// How the rows of a workload are named: by a number from 0, whatever the key is made of.
struct workload_key {
    key_kind kind = key_kind::signed_integer;

    /// Whether a row has names that are not the same to the byte.
    bool has_spellings() const;

    std::vector<std::string> columns() const;
    /// As in CREATE TABLE.
    std::string definition() const;
    /// The columns as the primary key has them.
    std::string index() const;
    /// What to SELECT, for number().
    std::vector<std::string> read_expressions() const;
    /// A value for each column, of the number in the SQL expression `k`.
    std::string fill_expressions() const;
    /// One for each column; `spelling` chooses among the names of the row.
    std::vector<std::string> literals(std::uint64_t number, std::uint64_t spelling) const;
    /// Of a row whose read_expressions() print this.
    std::optional<std::uint64_t> number(const row& printed) const;
};

}  // namespace segue::test
