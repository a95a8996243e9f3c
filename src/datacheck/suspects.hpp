#pragma once

#include "src/datacheck/data_look.hpp"

#include <string>

/// The queries that find rows of a range which the target may refuse. Pure.
namespace segue::datacheck {

/// The condition under which a row is suspicious by itself, or beside another one that an index
/// finds; empty: none can be.
std::string is_suspicious(const subject& of);

/// Asks for the key of the range's first row that meets the condition; no row if none does.
std::string first_that(const subject& of, const keys::key_range& range,
                       const std::string& condition);

/// Asks for the key of a row, not `key`'s, that is like `key`'s in the columns of the doubt.
/// Precondition: the doubt has a source_index.
std::string row_like(const subject& of, const unique_doubt& doubt, const keys::key_value& key);

/// Asks for keys of rows of the range that are like others of the range, `rows_max` at most, those
/// that are alike one behind the other.
std::string alike_in(const subject& of, const unique_doubt& doubt, const keys::key_range& range,
                     unsigned rows_max);

}  // namespace segue::datacheck
