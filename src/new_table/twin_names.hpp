#pragma once

#include "src/base/table_name.hpp"

#include <cstddef>
#include <vector>

/// The names of empty tables that are made for a moment, to try something on, beside
/// migration_tables::rehearsal. Pure.
namespace segue::preflight {

/// So many parents of a table's foreign keys have a name for their twin.
inline constexpr std::size_t parent_twins_max = 99;

/// `_<t>_ghe`, on which expressions are tried.
table_name expression_twin(const migration_tables& tables);
/// `_<t>_ghf`, on which the table's foreign keys are tried.
table_name foreign_key_twin(const migration_tables& tables);
/// `_<t>_g01` and so on: the parent that a foreign key refers to there. Counted from 0, below
/// parent_twins_max.
table_name parent_twin(const migration_tables& tables, std::size_t parent);

/// All of them, the rehearsal's table first.
std::vector<table_name> tables_for_a_moment(const migration_tables& tables);

}  // namespace segue::preflight
