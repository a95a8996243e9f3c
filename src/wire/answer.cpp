#include "src/wire/answer.hpp"

#include "src/base/utf8.hpp"
#include "src/wire/byte_reader.hpp"
#include "src/wire/server_failure.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace segue::wire {
namespace {

constexpr std::byte ok_marker{0x00};
constexpr std::byte local_infile_marker{0xFB};
constexpr std::byte eof_marker{0xFE};
constexpr std::byte error_marker{0xFF};
constexpr std::size_t eof_bytes_max = 8;
constexpr std::uint16_t more_results_exist = 0x0008;
constexpr std::uint64_t columns_max = 4096;

std::uint16_t eof_status(std::span<const std::byte> payload) {
    byte_reader reader(payload, "EOF packet");
    reader.skip(3, "marker and warnings");
    return reader.u16("status flags");
}

}  // namespace

bool is_error_packet(std::span<const std::byte> payload) noexcept {
    return !payload.empty() && payload[0] == error_marker;
}

bool is_eof_packet(std::span<const std::byte> payload) noexcept {
    return !payload.empty() && payload[0] == eof_marker && payload.size() <= eof_bytes_max;
}

error server_error(std::span<const std::byte> payload) {
    byte_reader reader(payload, "ERR packet");
    reader.skip(1, "marker");
    const int number = reader.u16("error number");
    std::string state;
    if (!reader.at_end() && reader.peek("SQL state") == '#') {
        reader.skip(1, "SQL state marker");
        state = reader.text(5, "SQL state");
    }
    const auto message = printable(as_text(reader.rest()));
    const std::string words =
        state.empty()
            ? fmt::format("the server says: {} (error {})", message, number)
            : fmt::format("the server says: {} (error {}, SQL state {})", message, number, state);
    return error(words, properties_of(number, state, message));
}

ok_answer parse_ok(std::span<const std::byte> payload) {
    byte_reader reader(payload, "OK packet");
    if (reader.u8("marker") != 0) throw error("an OK packet was due, something else came");
    ok_answer answer;
    answer.affected_rows = reader.length_encoded_int("affected rows");
    answer.last_insert_id = reader.length_encoded_int("last insert id");
    answer.status_flags = reader.u16("status flags");
    answer.warnings = reader.u16("warnings");
    return answer;
}

const std::optional<std::string>& text_result::single(std::string_view what) const {
    if (rows.empty() || rows.front().empty())
        throw error(fmt::format("the server gave no row for {}", what));
    return rows.front().front();
}

bool text_result_parser::on_packet(std::span<const std::byte> payload) {
    require(state_ != state::done, "no packet belongs to a result that is complete");
    if (payload.empty()) throw error("an empty packet came in the answer to a query");
    if (is_error_packet(payload)) throw server_error(payload);
    if (payload.size() > bytes_left_)
        throw error("the answer to a query is larger than expected", {.connection_lost = true});
    bytes_left_ -= payload.size();
    switch (state_) {
        case state::head:
            on_head(payload);
            break;
        case state::columns:
            on_column(payload);
            break;
        case state::columns_end:
            if (!is_eof_packet(payload))
                throw error("the column definitions of a result do not end where they should");
            eof_status(payload);
            state_ = state::rows;
            break;
        case state::rows:
            on_row(payload);
            break;
        case state::done:
            break;
    }
    return state_ == state::done;
}

void text_result_parser::on_head(std::span<const std::byte> payload) {
    if (payload[0] == ok_marker) {
        const auto answer = parse_ok(payload);
        if ((answer.status_flags & more_results_exist) != 0)
            throw error("one statement gave several results", {.connection_lost = true});
        result_.affected_rows = answer.affected_rows;
        state_ = state::done;
        return;
    }
    if (payload[0] == local_infile_marker)
        throw error("the server asks for a local file, which is never sent",
                    {.connection_lost = true});
    byte_reader reader(payload, "result header");
    column_count_ = reader.length_encoded_int("column count");
    if (column_count_ == 0 || column_count_ > columns_max)
        reader.fail("column count", "it is out of bounds");
    state_ = state::columns;
}

void text_result_parser::on_column(std::span<const std::byte> payload) {
    byte_reader reader(payload, "column definition");
    for (const auto* field : {"catalog", "schema", "table", "original table"})
        reader.length_encoded_string(field);
    result_.columns.emplace_back(reader.length_encoded_string("name"));
    if (result_.columns.size() == column_count_) state_ = state::columns_end;
}

void text_result_parser::on_row(std::span<const std::byte> payload) {
    if (is_eof_packet(payload)) {
        if ((eof_status(payload) & more_results_exist) != 0)
            throw error("one statement gave several results", {.connection_lost = true});
        state_ = state::done;
        return;
    }
    byte_reader reader(payload, "row");
    auto& row = result_.rows.emplace_back();
    row.reserve(static_cast<std::size_t>(column_count_));
    for (std::uint64_t i = 0; i < column_count_; ++i)
        row.emplace_back(reader.length_encoded_string_or_null("value"));
    if (!reader.at_end()) reader.fail("row", "more values came than columns");
}

}  // namespace segue::wire
