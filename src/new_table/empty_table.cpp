#include "src/new_table/empty_table.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/server_errors.hpp"
#include "src/servers/tables_there.hpp"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace segue::preflight {
namespace {

constexpr std::string_view mark = " COMMENT='Segue: rehearsal'";
constexpr std::string_view comment = " COMMENT='";

struct span {
    std::size_t start = std::string::npos;
    std::size_t length = 0;
};

// Where SHOW CREATE TABLE has the table's comment: on the line behind the last bracket of its
// columns. Quotes are doubled in it, and backslashes escape.
span comment_of(const std::string& text) {
    const auto options = text.rfind("\n)");
    if (options == std::string::npos) return {};
    const auto start = text.find(comment, options);
    const auto line_end = text.find('\n', options + 1);
    if (start == std::string::npos || start >= line_end) return {};
    std::size_t at = start + comment.size();
    for (; at < text.size(); ++at) {
        if (text[at] == '\\') {
            ++at;
        } else if (text[at] == '\'') {
            if (at + 1 >= text.size() || text[at + 1] != '\'') break;
            ++at;
        }
    }
    return {.start = start, .length = at + 1 - start};
}

std::string text_of_comment(const std::string& text) {
    const auto found = comment_of(text);
    return found.start == std::string::npos ? "" : text.substr(found.start, found.length);
}

// What an ALTER has made of the comment of a table that was made for a moment, as SHOW CREATE TABLE
// has it: an empty one not at all. nullopt: it gave it none.
std::optional<std::string> given_by_alter(std::string text) {
    if (!std::string_view(text)
             .substr(std::min(comment.size(), text.size()))
             .starts_with(mark_before_comment))
        return std::nullopt;
    text.erase(comment.size(), mark_before_comment.size());
    return text.size() == comment.size() + 1 ? "" : text;
}

}  // namespace

empty_table::empty_table(db::session& session, const table_record& record, table_name name,
                         const table_name& like, purpose of)
    : session_(session), record_(record), name_(std::move(name)) {
    record_.made(name_);  // Whatever ends the process from here on, it may be there.
    try {
        session_.execute(fmt::format("CREATE TABLE {} LIKE {}", name_.quoted(), like.quoted()));
    } catch (const error& failure) {
        if (!failure.connection_lost()) record_.dropped(name_);
        throw;
    }
    fault::point("empty_table.created");
    if (of != purpose::for_a_moment) return;
    try {
        mark_for_a_moment(session_, name_);
    } catch (...) {
        drop_made(session_, record_, name_);
        throw;
    }
}

empty_table::~empty_table() {
    if (kept_) return;
    try {
        drop_made(session_, record_, name_);
    } catch (...) {
        // It stays on the record.
    }
}

void empty_table::drop() {
    kept_ = true;
    drop_made(session_, record_, name_);
}

void drop_made(db::session& session, const table_record& record, const table_name& name) {
    constexpr int tries_max = 4;  // a stop ends a statement once a second
    for (int tries = 1;; ++tries) {
        try {
            servers::drop_if_exists(session, name);
            record.dropped(name);
            return;
        } catch (const error& failure) {
            if (failure.mysql_errno() != er::query_interrupted || tries == tries_max) throw;
        }
    }
}

void mark_for_a_moment(db::session& session, const table_name& name) {
    session.execute(fmt::format("ALTER TABLE {}{}", name.quoted(), mark));
}

bool is_marked_for_a_moment(const std::string& create_statement) {
    const std::string found = text_of_comment(create_statement);
    return found == mark || given_by_alter(found);
}

std::string without_mark(std::string create_statement, const std::string& original) {
    if (!is_marked_for_a_moment(create_statement)) return create_statement;
    const auto found = comment_of(create_statement);
    const auto given = given_by_alter(text_of_comment(create_statement));
    return create_statement.replace(found.start, found.length,
                                    given ? *given : text_of_comment(original));
}

}  // namespace segue::preflight
