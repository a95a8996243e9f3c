#include "src/servers/binary_log_status.hpp"

#include "src/base/error.hpp"
#include "src/sql/identifier_case.hpp"

#include <algorithm>
#include <string_view>

namespace segue::servers {
namespace {

std::vector<std::string> schemas_in(std::string_view list) {
    std::vector<std::string> names;
    while (!list.empty()) {
        const auto end = std::min(list.find(','), list.size());
        if (end > 0) names.emplace_back(list.substr(0, end));
        list.remove_prefix(std::min(end + 1, list.size()));
    }
    return names;
}

}  // namespace

bool binary_log_status::leaves_out(const std::string& schema, bool names_fold_case) const {
    const auto is_ours = [&](const std::string& name) {
        return sql::same_table_name(name, schema, names_fold_case);
    };
    if (!only_schemas.empty()) return std::ranges::none_of(only_schemas, is_ours);
    return std::ranges::any_of(without_schemas, is_ours);
}

binlog::gtid_set read_executed_transactions(db::session& session) {
    return binlog::gtid_set::parse(
        session.query_value("SELECT @@GLOBAL.gtid_executed").value_or(""));
}

binary_log_status read_binary_log_status(db::session& session) {
    // SHOW MASTER STATUS is gone in 8.4, its successor came in 8.2.
    std::vector<db::row> found;
    try {
        found = session.query("SHOW BINARY LOG STATUS");
    } catch (const error& failure) {
        if (failure.connection_lost()) throw;
        found = session.query("SHOW MASTER STATUS");
    }
    if (found.size() != 1) throw error("the server does not tell its position in the binary log");
    const db::row& told = found.front();
    return {.file = told[0].value_or(""),
            .offset = db::to_uint64(told[1], "Position"),
            .only_schemas = schemas_in(told[2].value_or("")),
            .without_schemas = schemas_in(told[3].value_or(""))};
}

binlog::stream_position read_end_of_log(db::session& session, bool gtids) {
    if (gtids) return read_executed_transactions(session);
    const auto status = read_binary_log_status(session);
    return binlog::file_position{.file = status.file, .offset = status.offset};
}

}  // namespace segue::servers
