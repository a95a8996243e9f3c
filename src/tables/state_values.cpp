#include "src/tables/state_values.hpp"

#include "src/base/error.hpp"
#include "src/keys/key_encoding.hpp"

#include <cstddef>
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
    bool yes(const char* name) const {
        const json& found = at(name);
        if (!found.is_boolean()) fail();
        return found.get<bool>();
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

std::optional<binlog::log_mark> mark_in(const fields& all) {
    if (!all.has("moment")) return std::nullopt;
    if (all.has("mark_file"))
        return binlog::log_mark{.file = all.text("mark_file"), .moment = all.number("moment")};
    const auto last = binlog::gtid_set::parse(all.text("last_gtid")).single();
    if (!last) all.fail();
    return binlog::log_mark{
        .source = last->first, .number = last->second, .moment = all.number("moment")};
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
    if (point.mark) {
        if (point.mark->number != 0)
            made["last_gtid"] = fmt::format("{}:{}", point.mark->source.text(), point.mark->number);
        else
            made["mark_file"] = point.mark->file;
        made["moment"] = point.mark->moment;
    }
    return made.dump();
}

resume_point resume_point_in(std::string_view text) {
    const fields all("resume_point", text);
    resume_point point{
        .position = {}, .server_uuid = all.text("server"), .settled_xa = all.texts("settled_xa")};
    point.mark = mark_in(all);
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

std::string text_of(const server_life& life) {
    return json{{"server", life.server_uuid}, {"up_since", life.up_since}}.dump();
}

server_life life_in(std::string_view text) {
    const fields all("seen_on", text);
    return {.server_uuid = all.text("server"), .up_since = all.text("up_since")};
}

std::string text_of(const copy_extent& extent) {
    return json{{"end", hex_of(extent.end)}}.dump();
}

copy_extent extent_in(std::string_view text) {
    return {.end = fields("copy", text).key("end")};
}

std::string text_of(const verified_point& point) {
    const verified_rows& rows = point.so_far;
    return json{{"up_to", hex_of(rows.up_to)},
                {"done", rows.done},
                {"rows", rows.rows},
                {"rows_in_target", rows.rows_in_target},
                {"ranges", rows.ranges},
                {"skipped", rows.skipped},
                {"ranges_looked_into", rows.ranges_looked_into},
                {"changed_meanwhile", rows.changed_meanwhile},
                {"percent", point.percent},
                {"seed", point.seed},
                {"server", point.server.server_uuid},
                {"up_since", point.server.up_since}}
        .dump();
}

verified_point verified_in(std::string_view text) {
    const fields all("verified", text);
    const std::uint64_t percent = all.number("percent");
    if (percent < 1 || percent > 100) all.fail();
    return {.so_far = {.up_to = all.key("up_to"),
                       .done = all.yes("done"),
                       .rows = all.number("rows"),
                       .rows_in_target = all.number("rows_in_target"),
                       .ranges = all.number("ranges"),
                       .skipped = all.number("skipped"),
                       .ranges_looked_into = all.number("ranges_looked_into"),
                       .changed_meanwhile = all.number("changed_meanwhile")},
            .percent = static_cast<unsigned>(percent),
            .seed = all.number("seed"),
            .server = {.server_uuid = all.text("server"), .up_since = all.text("up_since")}};
}

std::string text_of(std::span<const keys::key_value> evicted) {
    json keys = json::array();
    for (const keys::key_value& key : evicted) keys.push_back(hex_of(key));
    return json{{"keys", std::move(keys)}}.dump();
}

std::vector<keys::key_value> evicted_in(std::string_view text) {
    return fields("evicted", text).keys("keys");
}

}  // namespace segue::tables
