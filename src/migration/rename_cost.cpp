#include "src/migration/rename_cost.hpp"

#include "src/base/fault_point.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace segue::migration {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A busy moment makes one measurement too long, hardly two.
constexpr int tries = 2;
constexpr milliseconds short_enough{50};
constexpr milliseconds longer_than_a_busy_moment{2'000};

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

void rename_cost::measure_twin(const schema::table_definition& original) {
    if (!is_measured(original)) return;
    empty_table twin(session_, record_, tables_.rehearsal, original.name,
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
    auto least = milliseconds::max();
    for (int i = 0; i < tries; ++i) {
        const auto began = steady_clock::now();
        session_.execute(there_and_back);
        least = std::min(
            least, std::chrono::duration_cast<milliseconds>((steady_clock::now() - began) / 2));
        if (least <= short_enough || least > longer_than_a_busy_moment) break;
    }
    sum_ = sum_.value_or(milliseconds(0)) + least;
    fault::point("rename_cost.measured");
}

}  // namespace segue::migration
