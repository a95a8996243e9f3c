#include "tests/unit/binlog/recorded.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <zlib.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace segue::binlog::test {

bytes from_hex(std::string_view text) {
    bytes out;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with('#')) continue;
        std::string digits;
        for (const char c : line)
            if (c != ' ') digits += c;
        for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
            out.push_back(static_cast<std::byte>(std::stoi(digits.substr(i, 2), nullptr, 16)));
    }
    return out;
}

std::vector<bytes> recorded_events(const std::string& name) {
    std::ifstream file(std::string(SEGUE_BINLOG_TEST_DATA) + "/" + name + ".hex");
    if (!file) throw std::runtime_error("no recording " + name);
    std::ostringstream text;
    text << file.rdbuf();
    const bytes all = from_hex(text.str());
    std::vector<bytes> events;
    for (std::size_t at = 4; at < all.size();) {
        const auto rest = std::span(all).subspan(at);
        const std::size_t length = decode_header(rest).length;
        events.emplace_back(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(length));
        at += length;
    }
    return events;
}

void renew_checksum(bytes& event) {
    const auto covered = event.size() - checksum_size;
    const auto crc = crc32_z(0, reinterpret_cast<const unsigned char*>(event.data()), covered);
    for (std::size_t i = 0; i < checksum_size; ++i)
        event[covered + i] = static_cast<std::byte>(crc >> (8 * i) & 0xff);
}

bytes shortened(const bytes& event, std::size_t size, bool checksum) {
    bytes cut(event.begin(), event.begin() + static_cast<std::ptrdiff_t>(size));
    if (checksum) cut.resize(size + checksum_size);
    for (std::size_t i = 0; i < 4 && cut.size() >= 13; ++i)
        cut[9 + i] = static_cast<std::byte>(cut.size() >> (8 * i) & 0xff);
    if (checksum) renew_checksum(cut);
    return cut;
}

std::string text_of(const column_image& image) {
    if (image.is == column_image::state::absent) return "absent";
    if (image.is == column_image::state::null) return "NULL";
    std::string text;
    for (const std::byte b : image.bytes)
        text += fmt::format("{:02x}", std::to_integer<unsigned>(b));
    return text.empty() ? "''" : text;
}

namespace {
std::string text_of(std::span<const column_image> images) {
    std::vector<std::string> texts;
    for (const column_image& each : images) texts.push_back(test::text_of(each));
    return fmt::format("({})", fmt::join(texts, ", "));
}
}  // namespace

void transcript::on_begin(const std::optional<std::string>& xid) {
    lines.push_back(xid ? "begin " + *xid : "begin");
}
void transcript::on_table(const table_shape& shape) {
    lines.push_back(
        fmt::format("table {}: {} columns", shape.subscription, shape.column_types.size()));
}
void transcript::on_row(const row_change& change) {
    switch (change.kind) {
        case row_change_kind::insert:
            lines.push_back("insert " + text_of(change.after));
            break;
        case row_change_kind::update:
            lines.push_back("update " + text_of(change.before) + " -> " + text_of(change.after));
            break;
        case row_change_kind::erase:
            lines.push_back("delete " + text_of(change.before));
            break;
    }
}
void transcript::on_statement(const statement& seen) {
    lines.push_back(fmt::format(
        "{} in {} [{}]: {}", seen.is == statement::kind::definition ? "definition" : "data change",
        seen.default_schema,
        seen.updated_schemas ? fmt::format("{}", fmt::join(*seen.updated_schemas, ",")) : "unknown",
        seen.text));
}
void transcript::on_end(ending how) {
    lines.push_back(how == ending::committed     ? "committed"
                    : how == ending::xa_prepared ? "prepared"
                                                 : "rolled back");
}
void transcript::on_xa_commit(const std::string& xid) {
    lines.push_back("xa commit " + xid);
}
void transcript::on_xa_rollback(const std::string& xid) {
    lines.push_back("xa rollback " + xid);
}
void transcript::on_boundary(const stream_position& position) {
    if (const auto* const at = std::get_if<file_position>(&position))
        boundaries.push_back(fmt::format("{}:{}", at->file, at->offset));
    else
        boundaries.push_back(std::get<gtid_set>(position).text());
}
void transcript::on_reconnect() {
    lines.push_back("reconnect");
}

run_result run(const std::string& recording, std::vector<unsigned> columns,
               const stream_position& from) {
    transcript seen;
    event_machine machine({{"shop", "t", std::move(columns)}}, from, seen);
    for (const bytes& event : recorded_events(recording)) machine.handle(event);
    return {std::move(seen.lines), std::move(seen.boundaries)};
}

}  // namespace segue::binlog::test
