#include "src/rehearsal/refused_rows.hpp"

#include "src/base/table_name.hpp"
#include "src/datacheck/doubts.hpp"

#include <fmt/format.h>

namespace segue::rehearsal {
namespace {

std::string duplicates_of(const std::string& table, const datacheck::unique_doubt& of) {
    std::string values;
    std::string not_null;
    for (std::size_t i = 0; i < of.columns.size(); ++i) {
        const std::string value = of.by_columns ? quoted_name(of.columns[i]) : of.values[i];
        values += (values.empty() ? "" : ", ") + value;
        not_null += (not_null.empty() ? "" : " AND ") + value + " IS NOT NULL";
    }
    return fmt::format(
        "SELECT {0}, COUNT(*) FROM {1} WHERE {2} GROUP BY {0} HAVING COUNT(*)>1 LIMIT 10;", values,
        table, not_null);
}

}  // namespace

std::vector<std::string> queries_for_refused_rows(const preflight::plan& made) {
    const std::string table = made.original.name.quoted();
    const auto in_doubt = datacheck::doubts_of(made.original, made.target, made.projection,
                                               datacheck::column_names::bare);
    std::vector<std::string> queries;
    for (const datacheck::value_doubt& one : in_doubt.values)
        if (one.condition.exact)
            queries.push_back(
                fmt::format("SELECT COUNT(*) FROM {} WHERE {};", table, one.condition.sql));
    for (const datacheck::unique_doubt& one : in_doubt.unique)
        queries.push_back(duplicates_of(table, one));
    return queries;
}

}  // namespace segue::rehearsal
