#include "src/swap/table_statistics.hpp"

#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "src/sql/identifier_case.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace segue::swap {
namespace {

/// Runs an ANALYZE TABLE. What went wrong with the table stands in its answer.
void analyze(db::session& session, const std::string& statement,
             std::vector<std::string>& complaints) {
    for (const db::row& line : session.query(statement))
        if (sql::equal_ascii_case(line[2].value_or(""), "error"))
            complaints.push_back(
                fmt::format("statistics of {}: {}", line[0].value_or(""), line[3].value_or("")));
}

/// The column of the new table that goes on with a column of the original; nullptr if none does.
const schema::column* carried_on(const preflight::plan& made, const std::string& source) {
    for (const auto& column : made.projection.columns)
        if (column.source && sql::same_name(*column.source, source))
            return made.target.find_column(column.target);
    // Columns that the server computes are not in the projection.
    const schema::column* const same = made.target.find_column(source);
    return same != nullptr && same->generated ? same : nullptr;
}

void make_histogram(db::session& session, const preflight::plan& made, const db::row& found,
                    std::vector<std::string>& complaints) {
    const std::string source = found[0].value_or("");
    const schema::column* const to = carried_on(made, source);
    const schema::column* const from = made.original.find_column(source);
    if (to == nullptr || from == nullptr) return;
    const std::string start = fmt::format("ANALYZE TABLE {} UPDATE HISTOGRAM ON {} ",
                                          made.target.name.quoted(), quoted_name(to->name));
    if (from->column_type == to->column_type && from->collation == to->collation) {
        try {
            return analyze(session, start + "USING DATA " + quoted_literal(found[1].value_or("")),
                           complaints);
        } catch (const error& failure) {
            // Servers before 8.0.31 cannot take one over.
            if (failure.mysql_errno() != er::parse_error) throw;
        }
    }
    analyze(session,
            fmt::format("{}WITH {} BUCKETS{}", start, found[2].value_or("100"),
                        found[3] == "true" ? " AUTO UPDATE" : ""),
            complaints);
}

}  // namespace

std::vector<std::string> make_statistics(db::session& session, const preflight::plan& made) {
    std::vector<std::string> complaints;
    analyze(session, "ANALYZE TABLE " + made.target.name.quoted(), complaints);
    for (const db::row& found : session.query(fmt::format(
             R"(SELECT COLUMN_NAME, HISTOGRAM, HISTOGRAM->>'$."number-of-buckets-specified"',
                  HISTOGRAM->>'$."auto-update"'
                FROM information_schema.COLUMN_STATISTICS
                WHERE SCHEMA_NAME={} AND TABLE_NAME={}
                ORDER BY 1)",
             quoted_literal(made.original.name.schema), quoted_literal(made.original.name.name))))
        make_histogram(session, made, found, complaints);
    return complaints;
}

}  // namespace segue::swap
