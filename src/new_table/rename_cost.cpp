#include "src/new_table/rename_cost.hpp"

#include "src/base/fault_point.hpp"
#include "src/base/pause.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace segue::preflight {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr unsigned tries_max = 5;
constexpr milliseconds no_other_after{10'000};
constexpr milliseconds first_pause{100};
// Of the budget: two tables are renamed, and that is to be little.
constexpr int part_of_budget = 4;

table_name between(const migration_tables& tables) {
    table_name name = tables.rehearsal;
    name.name.back() = 'm';
    return name;
}

}  // namespace

bool rename_cost::is_measured(const schema::table_definition& table) {
    // As the server writes it, behind the last bracket of the columns.
    const std::string& text = table.create_statement;
    const auto columns_end = text.rfind("\n)");
    return columns_end != std::string::npos &&
           text.find(" PARTITION BY ", columns_end) != std::string::npos;
}

std::optional<milliseconds> rename_cost::pause_before_another(const measurements& so_far,
                                                              milliseconds stall_budget) {
    if (so_far.made == 0) return milliseconds(0);
    if (so_far.made >= tries_max || so_far.spent >= no_other_after ||
        so_far.least <= stall_budget / part_of_budget)
        return std::nullopt;
    return first_pause * (1U << (so_far.made - 1));
}

void rename_cost::measure_twin(const schema::table_definition& of) {
    if (!is_measured(of)) return;
    empty_table twin(session_, record_, tables_.rehearsal, of.name,
                     empty_table::purpose::for_a_moment);
    measure(tables_.rehearsal);
    twin.drop();
}

void rename_cost::measure(const schema::table_definition& empty) {
    if (is_measured(empty)) measure(empty.name);
}

// There and back in one statement, which is atomic: no other name is ever left.
void rename_cost::measure(const table_name& empty) {
    const std::string there_and_back = fmt::format("RENAME TABLE {0} TO {1}, {1} TO {0}",
                                                   empty.quoted(), between(tables_).quoted());
    fault::point("rename_cost.before_measuring");
    measurements so_far;
    while (const auto pause = pause_before_another(so_far, stall_budget_)) {
        pause_for(*pause, stop_);
        const auto began = steady_clock::now();
        session_.execute(there_and_back);
        const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - began);
        so_far = {.made = so_far.made + 1,
                  .least = std::min(so_far.least, took / 2),
                  .spent = so_far.spent + took};
        if (fault::rule_taken_out("rename_cost.least_of_several")) break;
    }
    sum_ = sum_.value_or(milliseconds(0)) + so_far.least;
    fault::point("rename_cost.measured");
}

}  // namespace segue::preflight
