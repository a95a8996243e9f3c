#include "src/db/session.hpp"

#include "src/base/error.hpp"
#include "src/base/one_line.hpp"
#include "src/db/connector.hpp"

#include <charconv>

namespace segue::db {

session::session(std::unique_ptr<state> held) : state_(std::move(held)) {}
session::session(session&&) noexcept = default;
session& session::operator=(session&&) noexcept = default;
session::~session() = default;

std::uint64_t session::execute(std::string_view sql) {
    use_connector_in_this_thread();
    return translated(/*changes_something=*/true, [&]() -> std::uint64_t {
        const std::unique_ptr<sql::Statement> statement(state_->connection->createStatement());
        std::uint64_t affected = 0;
        if (statement->execute(sql::SQLString(sql.data(), sql.size()))) {
            const std::unique_ptr<sql::ResultSet> unwanted(statement->getResultSet());
        } else {
            affected = statement->getUpdateCount();
        }
        return affected;
    });
}

namespace {

value printed(sql::ResultSet& result, unsigned column) {
    const sql::SQLString text = result.getString(column);
    if (result.wasNull()) return std::nullopt;
    return value(std::in_place, text.c_str(), text.length());
}

}  // namespace

std::vector<row> session::query(std::string_view sql) {
    use_connector_in_this_thread();
    return translated(/*changes_something=*/false, [&] {
        const std::unique_ptr<sql::Statement> statement(state_->connection->createStatement());
        const std::unique_ptr<sql::ResultSet> result(
            statement->executeQuery(sql::SQLString(sql.data(), sql.size())));
        const unsigned columns = result->getMetaData()->getColumnCount();
        std::vector<row> rows;
        while (result->next()) {
            row& got = rows.emplace_back();
            got.reserve(columns);
            for (unsigned i = 1; i <= columns; ++i) got.push_back(printed(*result, i));
        }
        return rows;
    });
}

std::vector<named_row> session::query_named(std::string_view sql) {
    use_connector_in_this_thread();
    return translated(/*changes_something=*/false, [&] {
        const std::unique_ptr<sql::Statement> statement(state_->connection->createStatement());
        const std::unique_ptr<sql::ResultSet> result(
            statement->executeQuery(sql::SQLString(sql.data(), sql.size())));
        sql::ResultSetMetaData* const names = result->getMetaData();
        std::vector<named_row> rows;
        while (result->next()) {
            named_row& got = rows.emplace_back();
            for (unsigned i = 1; i <= names->getColumnCount(); ++i) {
                const sql::SQLString name = names->getColumnLabel(i);
                got.emplace(std::string(name.c_str(), name.length()), printed(*result, i));
            }
        }
        return rows;
    });
}

row session::query_row(std::string_view sql) {
    auto rows = query(sql);
    if (rows.size() != 1)
        throw error("the server answered " + std::to_string(rows.size()) +
                    " rows where one was expected, to: " + in_one_line(sql));
    return std::move(rows.front());
}

value session::query_value(std::string_view sql) {
    auto only = query_row(sql);
    require(only.size() == 1, "a query for one value has one column");
    return std::move(only.front());
}

std::uint64_t session::connection_id() const noexcept {
    return state_->connection_id;
}

std::uint64_t to_uint64(const value& printed, std::string_view what) {
    std::uint64_t number = 0;
    if (!printed) throw error(std::string(what) + " is NULL");
    const char* const end = printed->data() + printed->size();
    const auto [stopped_at, failure] = std::from_chars(printed->data(), end, number);
    if (failure != std::errc() || stopped_at != end)
        throw error(std::string(what) + " is not a number: " + *printed);
    return number;
}

}  // namespace segue::db
