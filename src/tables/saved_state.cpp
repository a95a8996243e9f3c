#include "src/tables/saved_state.hpp"

#include "src/base/error.hpp"
#include "src/keys/key_encoding.hpp"

#include <cstddef>
#include <map>
#include <utility>
#include <variant>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace segue::tables {
namespace {

using nlohmann::json;

json hex_of(const std::optional<keys::key_value>& key) {
    if (!key) return nullptr;
    return keys::to_hex(key->encoded);
}

error unreadable(std::string_view kind, std::string_view text) {
    constexpr std::size_t shown_max = 100;
    return error(fmt::format("a row of kind '{}' in the state of a run cannot be read: {}", kind,
                             text.substr(0, shown_max)));
}

// One value's fields, each of which must be there and of its type.
class fields {
  public:
    fields(std::string_view kind, std::string_view text)
        : kind_(kind), text_(text), all_(json::parse(text, nullptr, /*allow_exceptions=*/false)) {
        if (!all_.is_object()) fail();
    }

    bool has(const char* name) const { return all_.contains(name); }

    std::uint64_t number(const char* name) const {
        const json& found = at(name);
        if (!found.is_number_unsigned()) fail();
        return found.get<std::uint64_t>();
    }
    std::string text(const char* name) const { return text(at(name)); }
    std::set<std::string> texts(const char* name) const {
        const json& found = at(name);
        if (!found.is_array()) fail();
        std::set<std::string> all;
        for (const json& one : found) all.insert(text(one));
        return all;
    }
    std::optional<keys::key_value> key(const char* name) const {
        const json& found = at(name);
        if (found.is_null()) return std::nullopt;
        return key(found);
    }
    std::vector<keys::key_value> keys(const char* name) const {
        const json& found = at(name);
        if (!found.is_array()) fail();
        std::vector<keys::key_value> all;
        for (const json& one : found) all.push_back(key(one));
        return all;
    }

    [[noreturn]] void fail() const { throw unreadable(kind_, text_); }

  private:
    const json& at(const char* name) const {
        const auto found = all_.find(name);
        if (found == all_.end()) fail();
        return *found;
    }
    std::string text(const json& of) const {
        if (!of.is_string()) fail();
        return of.get<std::string>();
    }
    keys::key_value key(const json& of) const {
        try {
            return {keys::from_hex(text(of))};
        } catch (const error&) {
            fail();
        }
    }
    std::string_view kind_;
    std::string_view text_;
    json all_;
};

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

std::string text_of(const chunk_progress& progress) {
    return json{{"after", hex_of(progress.done.after)},
                {"up_to", hex_of(progress.done.up_to)},
                {"rows", progress.rows}}
        .dump();
}

chunk_progress chunk_in(std::uint64_t chunk, std::string_view text) {
    const fields all("chunk", text);
    return {.chunk = chunk,
            .done = {.after = all.key("after"), .up_to = all.key("up_to")},
            .rows = all.number("rows")};
}

std::string text_of(const watermark& done) {
    return json{
        {"chunks_below", done.chunks_below}, {"up_to", hex_of(done.up_to)}, {"rows", done.rows}}
        .dump();
}

watermark watermark_in(std::string_view text) {
    const fields all("watermark", text);
    return {.chunks_below = all.number("chunks_below"),
            .up_to = all.key("up_to"),
            .rows = all.number("rows")};
}

std::string text_of(const resume_point& point) {
    json made{{"server", point.server_uuid}, {"settled_xa", point.settled_xa}};
    if (const auto* const gtids = std::get_if<binlog::gtid_set>(&point.position)) {
        made["gtids"] = gtids->text();
    } else {
        const auto& at = std::get<binlog::file_position>(point.position);
        made["file"] = at.file;
        made["offset"] = at.offset;
    }
    return made.dump();
}

resume_point resume_point_in(std::string_view text) {
    const fields all("resume_point", text);
    resume_point point{
        .position = {}, .server_uuid = all.text("server"), .settled_xa = all.texts("settled_xa")};
    if (!all.has("gtids")) {
        point.position =
            binlog::file_position{.file = all.text("file"), .offset = all.number("offset")};
        return point;
    }
    const std::string gtids = all.text("gtids");
    // It would be the beginning of time. The table itself was made by a transaction.
    if (gtids.empty()) all.fail();
    point.position = binlog::gtid_set::parse(gtids);
    return point;
}

std::string text_of(const copy_extent& extent) {
    return json{{"end", hex_of(extent.end)}}.dump();
}

copy_extent extent_in(std::string_view text) {
    return {.end = fields("copy", text).key("end")};
}

std::string text_of(std::span<const keys::key_value> evicted) {
    json keys = json::array();
    for (const keys::key_value& key : evicted) keys.push_back(hex_of(key));
    return json{{"keys", std::move(keys)}}.dump();
}

std::vector<keys::key_value> evicted_in(std::string_view text) {
    return fields("evicted", text).keys("keys");
}

std::uint64_t rows_copied(const saved_state& state) {
    std::uint64_t rows = state.done.rows;
    for (const chunk_progress& one : state.chunks) rows += one.rows;
    return rows;
}

state_found look_for_state(db::session& session, const table_name& table) {
    const auto there = session.query(fmt::format(
        R"(SELECT TABLE_COMMENT FROM information_schema.TABLES
           WHERE TABLE_SCHEMA={} AND TABLE_NAME={} AND TABLE_TYPE='BASE TABLE')",
        quoted_literal(table.schema), quoted_literal(table.name)));
    if (there.empty() || there.front()[0] != state_table_comment) return state_found::none;
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
                      .evicted = {},
                      .foreign_keys = {},
                      .spoiled = {}};
    if (const auto* const why = only(rows, "spoiled")) state.spoiled = *why;
    if (const auto* const sets = only(rows, "sets")) state.print.sets = *sets;
    if (const auto keys = rows.find("foreign_key"); keys != rows.end())
        state.foreign_keys = keys->second;
    if (const auto* const copy = only(rows, "copy")) state.copy = extent_in(*copy);
    if (const auto* const done = only(rows, "watermark")) state.done = watermark_in(*done);
    if (const auto* const at = only(rows, "resume_point")) state.resume_at = resume_point_in(*at);
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
