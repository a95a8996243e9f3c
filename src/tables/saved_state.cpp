#include "src/tables/saved_state.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"

#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace segue::tables {
namespace {

using by_kind = std::map<std::string, std::map<std::uint64_t, std::string>>;

by_kind read_rows(db::session& session, const table_name& table) {
    by_kind found;
    for (const db::row& one :
         session.query(fmt::format("SELECT kind, id, value FROM {}", table.quoted())))
        found[one[0].value_or("")][db::to_uint64(one[1], "id")] = one[2].value_or("");
    return found;
}

const std::string* only(const by_kind& rows, const std::string& kind) {
    const auto found = rows.find(kind);
    if (found == rows.end() || !found->second.contains(0)) return nullptr;
    return &found->second.at(0);
}

std::string needed(const by_kind& rows, const std::string& kind) {
    const std::string* const found = only(rows, kind);
    if (found == nullptr)
        throw error(fmt::format("the state of a run has no row of kind '{}'", kind));
    return *found;
}

// Under 0 stands that all of them are written down.
std::optional<std::set<std::uint64_t>> writers_in(const by_kind& rows) {
    if (only(rows, "writer") == nullptr) return std::nullopt;
    std::set<std::uint64_t> found;
    for (const auto& [connection, unused] : rows.at("writer")) found.insert(connection);
    return found;
}

bool is_of_this_format(const by_kind& rows) {
    const std::string* const format = only(rows, "format");
    return format != nullptr && *format == std::to_string(state_format);
}

void check_format(const by_kind& rows, const table_name& table) {
    const std::string* const format = only(rows, "format");
    const std::string is = format == nullptr ? "none" : *format;
    if (!is_of_this_format(rows))
        throw error(fmt::format(
            "{} holds the state of a run in format {}, and this version of Segue reads format {} "
            "alone",
            table.quoted(), is, state_format));
}

}  // namespace

std::uint64_t rows_copied(const saved_state& state) {
    std::uint64_t rows = state.done.rows;
    for (const chunk_progress& one : state.chunks) rows += one.rows;
    return rows;
}

state_found look_for_state(db::session& session, const table_name& table,
                           std::string_view comment) {
    const auto there = session.query(fmt::format(
        R"(SELECT TABLE_COMMENT FROM information_schema.TABLES
           WHERE TABLE_SCHEMA={} AND TABLE_NAME={} AND TABLE_TYPE='BASE TABLE')",
        quoted_literal(table.schema), quoted_literal(table.name)));
    if (there.empty() || there.front()[0] != comment) return state_found::none;
    fault::point("saved_state.table_seen");
    const by_kind rows = read_rows(session, table);
    // Made, and nothing else: the next statement of that run would have filled it.
    if (rows.empty()) return state_found::unfinished;
    if (!is_of_this_format(rows)) return state_found::other_format;
    for (const char* const kind : {"target", "copy", "resume_point"})
        if (only(rows, kind) == nullptr) return state_found::unfinished;
    return state_found::whole;
}

saved_state read_state(db::session& session, const table_name& table) {
    const by_kind rows = read_rows(session, table);
    check_format(rows, table);
    saved_state state{.owner = needed(rows, "owner"),
                      .server_uuid = needed(rows, "server"),
                      .run = needed(rows, "run"),
                      .phase = needed(rows, "phase"),
                      .old_table = needed(rows, "old_table"),
                      .print = {.original = needed(rows, "original"),
                                .target = needed(rows, "target"),
                                .alter = needed(rows, "alter"),
                                .sets = {},
                                .projection = needed(rows, "projection"),
                                .session = needed(rows, "session")},
                      .copy = {},
                      .done = {},
                      .chunks = {},
                      .resume_at = {},
                      .seen_on = {},
                      .writers = writers_in(rows),
                      .evicted = {},
                      .foreign_keys = {},
                      .verified = {},
                      .spoiled = {},
                      .ended = {}};
    if (const auto* const at = only(rows, "ended")) state.ended = *at;
    if (const auto* const why = only(rows, "spoiled")) state.spoiled = *why;
    if (const auto* const sets = only(rows, "sets")) state.print.sets = *sets;
    if (const auto keys = rows.find("foreign_key"); keys != rows.end())
        state.foreign_keys = keys->second;
    if (const auto* const copy = only(rows, "copy")) state.copy = extent_in(*copy);
    if (const auto* const done = only(rows, "watermark")) state.done = watermark_in(*done);
    if (const auto* const at = only(rows, "resume_point")) state.resume_at = resume_point_in(*at);
    if (const auto* const life = only(rows, "seen_on")) state.seen_on = life_in(*life);
    if (const auto* const to = only(rows, "verified")) state.verified = verified_in(*to);
    if (const auto chunks = rows.find("chunk"); chunks != rows.end())
        for (const auto& [id, text] : chunks->second) state.chunks.push_back(chunk_in(id, text));
    if (const auto evicted = rows.find("evicted"); evicted != rows.end()) {
        std::set<keys::key_value> all;  // One may have been taken out several times.
        for (const auto& [id, text] : evicted->second)
            for (keys::key_value& key : evicted_in(text)) all.insert(std::move(key));
        state.evicted = {.last = evicted->second.rbegin()->first, .keys = {all.begin(), all.end()}};
    }
    return state;
}

}  // namespace segue::tables
