#include "tests/matrix/conversion_trial.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

#include <fmt/format.h>

namespace segue::matrix {
namespace {

template <typename Session>
void read_answers(Session& session, const std::string& table, const schema::column& column,
                  answers& found) {
    for (const auto& row : session.query(
             fmt::format("SELECT id,{} FROM {}", printed_exactly(column.data_type, "c"), table)))
        found[db::to_uint64(row[0], "id")] = {.printed = row[1].value_or("NULL"), .refused = 0};
}

// "... at row 3"
std::optional<std::size_t> row_of(std::string_view message) {
    constexpr std::string_view words = " at row ";
    const std::size_t at = message.rfind(words);
    if (at == std::string_view::npos) return std::nullopt;
    std::size_t row = 0;
    const char* const begin = message.data() + at + words.size();
    const auto result = std::from_chars(begin, message.data() + message.size(), row);
    if (result.ec != std::errc()) return std::nullopt;
    return row;
}

}  // namespace

// FLOAT as text has six digits only; of an ENUM two members may print alike.
std::string printed_exactly(const std::string& data_type, const std::string& name) {
    if (data_type == "float" || data_type == "double")
        return fmt::format("CAST({} AS DOUBLE)", name);
    if (data_type == "enum" || data_type == "set")
        return fmt::format("CONCAT({0}+0,':',HEX({0}))", name);
    if (data_type == "json") return fmt::format("CONCAT(JSON_TYPE({0}),':',{0})", name);
    for (const std::string_view bytes : {"char", "text", "blob", "binary", "vector"})
        if (data_type.ends_with(bytes)) return fmt::format("HEX({})", name);
    for (const std::string_view shape : {"geom", "point", "line", "poly", "multi"})
        if (data_type.starts_with(shape)) return fmt::format("HEX({})", name);
    return fmt::format("HEX(CAST({} AS BINARY))", name);
}

std::optional<typed_table> make_table(db::session& session, const table_name& name,
                                      const source_type& type) {
    typed_table made;
    made.name = name;
    made.definition = type.definition;
    made.literals = type.literals;
    made.literals.push_back("NULL");
    try {
        session.execute(fmt::format("CREATE TABLE {} (id INT PRIMARY KEY, c {})", name.quoted(),
                                    type.definition));
    } catch (const error&) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < made.literals.size(); ++i) {
        // What an ENUM holds after a value that it does not have was written without strict mode.
        const bool no_member = made.literals[i] == "0" && type.definition.starts_with("enum");
        try {
            session.execute(fmt::format("INSERT {} INTO {} VALUES ({},{})",
                                        no_member ? "IGNORE" : "", name.quoted(), i + 1,
                                        made.literals[i]));
            made.ids.push_back(i + 1);
        } catch (const error&) {
            // The type has no such value.
        }
    }
    made.column = *schema::read_table(session, name)->find_column("c");
    return made;
}

conversion_trial::conversion_trial(const test::sandbox_server& server, const std::string& schema,
                                   const std::string& today)
    : operator_(server.over_socket(), schema), ours_(server.connect()) {
    // Nobody makes a table of its own for each value, as one for all would be refused by the first.
    operator_.execute("SET NAMES utf8mb4");
    operator_.execute("SET SESSION sql_log_bin=0");
    // The day may change meanwhile.
    operator_.execute(
        fmt::format("SET SESSION timestamp=UNIX_TIMESTAMP({})", quoted_literal(today + " 12:00")));
    ours_.execute("USE " + quoted_name(schema));
    ours_.execute("SET SESSION sql_log_bin=0");
}

std::optional<answers> conversion_trial::by_alter(const typed_table& from, const typed_table& to,
                                                  const std::string& sql_mode) {
    const std::string table = from.name.quoted();
    std::vector<std::uint64_t> left = from.ids;
    answers found;
    const auto fill = [&](const std::string& condition) {
        operator_.execute("SET SESSION sql_mode='ALLOW_INVALID_DATES'");
        operator_.execute("DROP TEMPORARY TABLE IF EXISTS altered");
        operator_.execute("CREATE TEMPORARY TABLE altered LIKE " + table);
        operator_.execute(fmt::format("INSERT INTO altered SELECT * FROM {}{}", table, condition));
        operator_.execute("SET SESSION sql_mode=" + quoted_literal(sql_mode));
    };
    const auto alter = [&] { operator_.execute("ALTER TABLE altered MODIFY c " + to.definition); };
    fill("");
    // The first row that is refused is named, and put aside.
    for (bool again = true; again && !left.empty();) {
        again = false;
        try {
            alter();
            read_answers(operator_, "altered", to.column, found);
            return found;
        } catch (const error& failure) {
            const auto row = row_of(failure.what());
            if (row && *row >= 1 && *row <= left.size()) {
                const auto at = left.begin() + static_cast<std::ptrdiff_t>(*row - 1);
                found[*at] = {.printed = failure.what(), .refused = failure.mysql_errno()};
                operator_.execute(fmt::format("DELETE FROM altered WHERE id={}", *at));
                left.erase(at);
                again = true;
            }
        }
    }
    if (left.empty()) return found;
    // No row is named: one table for each value.
    fill(" WHERE FALSE");
    try {
        alter();
    } catch (const error&) {
        return std::nullopt;
    }
    for (const std::uint64_t id : left) {
        fill(fmt::format(" WHERE id={}", id));
        try {
            alter();
            read_answers(operator_, "altered", to.column, found);
        } catch (const error& failure) {
            found[id] = {.printed = failure.what(), .refused = failure.mysql_errno()};
        }
    }
    return found;
}

answers conversion_trial::by_insert(const typed_table& from, const typed_table& to,
                                    const std::string& expression) {
    const std::string table = quoted_name("like_" + to.name.name);
    const auto insert = [&](const std::string& condition) {
        ours_.execute(fmt::format("INSERT INTO {} (id,c) SELECT id,{} FROM {}{}", table, expression,
                                  from.name.quoted(), condition));
    };
    ours_.execute(
        fmt::format("CREATE TEMPORARY TABLE IF NOT EXISTS {} LIKE {}", table, to.name.quoted()));
    ours_.execute("DELETE FROM " + table);
    answers found;
    try {
        insert("");
    } catch (const error&) {
        for (const std::uint64_t id : from.ids) {
            try {
                insert(fmt::format(" WHERE id={}", id));
            } catch (const error& failure) {
                found[id] = {.printed = failure.what(), .refused = failure.mysql_errno()};
            }
        }
    }
    read_answers(ours_, table, to.column, found);
    return found;
}

}  // namespace segue::matrix
