#pragma once

#include "src/base/table_name.hpp"
#include "tests/support/table_spec.hpp"

#include <string>

/// What the demo's application is: its table, and the two changes that the table goes through.
namespace segue::demo {

table_name orders_table();

/// The columns that the writers write and read, and in `more` those that the changes drop, rename
/// and retype; their values differ from row to row.
test::table_spec orders();

/// The first change: adds, drops, renames and retypes columns.
std::string first_alter();
/// The second: the same, and a name that was free a moment before is used again.
std::string second_alter();

}  // namespace segue::demo
