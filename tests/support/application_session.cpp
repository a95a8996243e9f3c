#include "tests/support/application_session.hpp"

#include "src/base/error.hpp"
#include "src/base/table_name.hpp"
#include "src/wire/answer.hpp"
#include "src/wire/byte_reader.hpp"
#include "src/wire/byte_writer.hpp"
#include "src/wire/protocol.hpp"
#include "tests/support/patience.hpp"

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

namespace segue::test {

namespace {

wire::connection_options patient(wire::connection_options options) {
    options.read_timeout = std::max<std::chrono::milliseconds>(options.read_timeout, patience);
    return options;
}

}  // namespace

application_session::application_session(const wire::connection_options& options,
                                         const std::string& schema, std::stop_token stop)
    : stop_(std::move(stop)),
      read_timeout_(patient(options).read_timeout),
      connection_(wire::connection::connect(patient(options), stop_)) {
    if (!schema.empty()) execute("USE " + segue::quoted_name(schema));
}

std::uint64_t application_session::execute(std::string_view sql) {
    return connection_.query(sql, stop_).affected_rows;
}

std::vector<row> application_session::query(std::string_view sql) {
    return connection_.query(sql, stop_).rows;
}

value application_session::query_value(std::string_view sql) {
    return connection_.query(sql, stop_).single(sql);
}

row_cursor application_session::read(std::string_view sql) {
    connection_.send_command(
        wire::byte_writer().u8(static_cast<std::uint8_t>(wire::command::query)).text(sql).take(),
        stop_);
    return row_cursor(connection_, read_timeout_, stop_);
}

void application_session::for_each_row(std::string_view sql,
                                       const std::function<void(const row&)>& take) {
    auto cursor = read(sql);
    while (const auto taken = cursor.next()) take(*taken);
}

// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset.html
row_cursor::row_cursor(wire::connection& from, std::chrono::milliseconds read_timeout,
                       std::stop_token stop)
    : from_(&from), read_timeout_(read_timeout), stop_(std::move(stop)) {
    columns_ = wire::byte_reader(packet(), "result").length_encoded_int("count of columns");
    require(columns_ > 0, "only a statement that has rows is read");
    for (std::uint64_t i = 0; i < columns_; ++i) packet();
    require(wire::is_eof_packet(packet()), "the definitions of a result's columns end with EOF");
}

std::span<const std::byte> row_cursor::packet() {
    const auto got = from_->read_packet(read_timeout_, stop_);
    if (wire::is_error_packet(got)) throw wire::server_error(got);
    return got;
}

std::optional<row> row_cursor::next() {
    if (at_end_) return std::nullopt;
    const auto got = packet();
    if (wire::is_eof_packet(got)) {
        at_end_ = true;
        return std::nullopt;
    }
    wire::byte_reader reader(got, "row");
    row taken(columns_);
    for (auto& column : taken)
        if (const auto text = reader.length_encoded_string_or_null("value")) column.emplace(*text);
    return taken;
}

}  // namespace segue::test
