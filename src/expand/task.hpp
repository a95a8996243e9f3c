#pragma once

#include "src/base/table_name.hpp"
#include "src/base/table_naming.hpp"
#include "src/earlier/earlier_state.hpp"
#include "src/expressions/assignment.hpp"

#include <chrono>
#include <string>

namespace segue::expand {

/// Which column of which table gets a second name, and how each of the two is made from the other.
struct task {
    table_name table;
    table_naming naming = {};  ///< --force-table-names
    /// --column without the name: how the new column is to be in the end. Empty: as the old one.
    std::string definition = {};
    expressions::assignment up;    ///< --up: the new column, by an expression over the old one.
    expressions::assignment down;  ///< --down: the old column, by one over the new one.
    std::string order = {};        ///< --trigger-order: "precedes", "follows", or empty: not said.
    std::string definer = {};      ///< --definer, as given; empty: the account that is logged in.
    bool touch = false;            ///< --touch: ON UPDATE columns are not kept by the backfill.
    earlier::run_use earlier = earlier::run_use::gone_on_with;  ///< Of the backfill: --no-resume.
};

/// How it goes.
struct settings {
    /// How long the application may wait for one statement of ours that takes the table's lock.
    std::chrono::milliseconds stall_budget{1'000};
    /// So many attempts at such a statement are made.
    unsigned attempts_max = 60;
};

}  // namespace segue::expand
