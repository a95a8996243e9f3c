#include "src/swap/table_statistics.hpp"

#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "src/sql/identifier_case.hpp"

#include <algorithm>
#include <set>
#include <utility>

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

void drop_histogram(db::session& session, const preflight::plan& made, const std::string& source,
                    std::vector<std::string>& complaints) {
    if (const schema::column* const to = carried_on(made, source))
        analyze(session,
                fmt::format("ANALYZE TABLE {} DROP HISTOGRAM ON {}", made.target.name.quoted(),
                            quoted_name(to->name)),
                complaints);
}

}  // namespace

std::vector<db::row> table_statistics::read_histograms(db::session& session) const {
    return session.query(fmt::format(
        R"(SELECT COLUMN_NAME, HISTOGRAM, HISTOGRAM->>'$."number-of-buckets-specified"',
             HISTOGRAM->>'$."auto-update"'
           FROM information_schema.COLUMN_STATISTICS
           WHERE SCHEMA_NAME={} AND TABLE_NAME={}
           ORDER BY 1)",
        quoted_literal(plan_.original.name.schema), quoted_literal(plan_.original.name.name)));
}

void table_statistics::make(db::session& session) {
    analyze(session, "ANALYZE TABLE " + plan_.target.name.quoted(), complaints_);
    follow_histograms(session);
}

bool table_statistics::histograms_are_others(db::session& session) const {
    std::map<std::string, std::string> now;
    for (const db::row& found : read_histograms(session))
        now.emplace(found[0].value_or(""), found[1].value_or(""));
    return now != histograms_;
}

// Each is noted when it is done, or will not be: a connection lost in between is no reason to do
// all of them again.
void table_statistics::follow_histograms(db::session& session) {
    const auto noting = [&](const auto& work) {
        try {
            work();
        } catch (const error& failure) {
            if (failure.retryable()) throw;
            complaints_.emplace_back(failure.what());
        }
    };
    std::set<std::string> gone;
    for (const auto& [column, text] : histograms_) gone.insert(column);
    for (const db::row& found : read_histograms(session)) {
        const std::string column = found[0].value_or("");
        const std::string text = found[1].value_or("");
        gone.erase(column);
        if (const auto taken = histograms_.find(column);
            taken != histograms_.end() && taken->second == text)
            continue;
        noting([&] { make_histogram(session, plan_, found, complaints_); });
        histograms_[column] = text;
    }
    for (const std::string& column : gone) {
        noting([&] { drop_histogram(session, plan_, column, complaints_); });
        histograms_.erase(column);
    }
}

std::vector<std::string> table_statistics::take_complaints() {
    return std::exchange(complaints_, {});
}

}  // namespace segue::swap
