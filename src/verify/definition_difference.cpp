#include "src/verify/definition_difference.hpp"

#include "src/schema/check_constraint.hpp"
#include "src/schema/stored_expression.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace segue::verify {
namespace {

using lines = std::vector<std::string>;

lines lines_of(const schema::table_definition& table) {
    lines all = schema::definition_beside_checks(table);
    for (std::string& line : all) {
        const auto start = line.find_first_not_of(' ');
        if (start != line.npos) line.erase(0, start);
    }
    return all;
}

lines checks_of(const schema::table_definition& table) {
    lines all;
    for (const auto& one : schema::check_constraints_of(table.create_statement))
        all.push_back(one.text);
    std::ranges::sort(all);
    return all;
}

// Of `some` those that `others` has not as well.
lines but_for(const lines& some, lines others) {
    lines left;
    for (const std::string& line : some) {
        const auto same = std::ranges::find_if(others, [&](const std::string& other) {
            return schema::equal_but_for_backslashes(line, other);
        });
        if (same == others.end())
            left.push_back(line);
        else
            others.erase(same);
    }
    return left;
}

void tell(lines& told, const lines& wanted, const lines& is, const std::string& table) {
    for (const std::string& line : but_for(wanted, is))
        told.push_back(fmt::format("definition: the ALTER makes {}, which {} lacks", line, table));
    for (const std::string& line : but_for(is, wanted))
        told.push_back(
            fmt::format("definition: {} has {}, which the ALTER does not make", table, line));
}

}  // namespace

std::vector<std::string> definition_differences(const schema::table_definition& wanted,
                                                const schema::table_definition& is) {
    lines told;
    const std::string table = is.name.quoted();
    const lines should_be = lines_of(wanted);
    const lines are = lines_of(is);
    tell(told, should_be, are, table);
    if (told.empty() && !std::ranges::equal(should_be, are, schema::equal_but_for_backslashes))
        told.push_back(fmt::format(
            "definition: {} has its columns or indexes in another order than the ALTER makes",
            table));
    tell(told, checks_of(wanted), checks_of(is), table);
    return told;
}

}  // namespace segue::verify
