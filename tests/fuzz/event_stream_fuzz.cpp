#include "tests/fuzz/event_stream_fuzz.hpp"

#include "binlog/event_machine.hpp"
#include "src/base/error.hpp"
#include "src/wire/byte_reader.hpp"

#include <algorithm>
#include <cstdlib>

namespace segue::binlog::fuzz {

namespace {

/// Looks at every byte it is given, so that a sanitizer sees those that are not there.
class toucher final : public stream_handler {
  public:
    void on_begin(const std::optional<std::string>& xid) override {
        if (xid) touch(*xid);
    }
    void on_table(const table_shape& shape) override {
        for (const std::uint8_t type : shape.column_types) sum_ = sum_ + type;
    }
    void on_row(const row_change& change) override {
        for (const auto images : {change.before, change.after})
            for (const column_image& each : images) touch(wire::as_text(each.bytes));
    }
    void on_statement(const statement& seen) override {
        touch(seen.text);
        touch(seen.default_schema);
        if (seen.updated_schemas)
            for (const std::string& each : *seen.updated_schemas) touch(each);
    }
    void on_end(ending) override {}
    void on_xa_commit(const std::string& xid) override { touch(xid); }
    void on_xa_rollback(const std::string& xid) override { touch(xid); }
    void on_boundary(const stream_position&) override {}
    void on_reconnect() override {}

  private:
    void touch(std::string_view text) {
        for (const char c : text) sum_ = sum_ + static_cast<unsigned char>(c);
    }
    volatile std::uint64_t sum_ = 0;
};

/// The input cut into events by the lengths in it; a length that cannot be is made to fit, so that
/// what is behind it is still reached.
void feed(std::span<const std::uint8_t> stream, stream_position from) {
    toucher handler;
    event_machine machine({{"shop", "t", {0, 1, 5, 35}}, {"shop", "u", {}}}, std::move(from),
                          handler);
    while (!stream.empty()) {
        std::size_t length = stream.size();
        if (stream.size() >= event_header::size) {
            const auto at = [&stream](std::size_t i) { return std::size_t{stream[i]}; };
            const std::size_t said = at(9) | at(10) << 8U | at(11) << 16U;
            length = std::clamp(said, event_header::size, stream.size());
        }
        std::vector<std::byte> event(length);  // on the heap, and no byte longer
        std::transform(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(length),
                       event.begin(), [](std::uint8_t b) { return static_cast<std::byte>(b); });
        if (length >= event_header::size)
            for (std::size_t i = 0; i < 4; ++i)
                event[9 + i] = static_cast<std::byte>(length >> (8 * i) & 0xff);
        machine.handle(event);
        stream = stream.subspan(length);
    }
    machine.reconnected();
}

/// A set that was read is printed, encoded and read again as the same set.
void check_set(const gtid_set& set) {
    const bool same = gtid_set::parse(set.text()) == set &&
                      gtid_set::decode(set.encoded()) == set && set.is_subset_of(set) &&
                      set.without(set).empty();
    if (!same) std::abort();
}

}  // namespace

void run_input(std::span<const std::uint8_t> input) {
    if (input.empty()) return;
    const auto rest = input.subspan(1);
    const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(rest.data()),
                                           rest.size());
    try {
        switch (static_cast<input_kind>(input[0] % input_kinds)) {
            case input_kind::stream_by_gtid:
                return feed(rest, gtid_set{});
            case input_kind::stream_by_file:
                return feed(rest, file_position{"log.000001", 4});
            case input_kind::gtid_text:
                return check_set(gtid_set::parse(wire::as_text(bytes)));
            case input_kind::gtid_bytes:
                return check_set(gtid_set::decode(bytes));
            case input_kind::statement_text: {
                const auto found = classify(wire::as_text(bytes));
                if (found.xid.size() > rest.size()) std::abort();
                return;
            }
        }
    } catch (const error&) {
    }
}

}  // namespace segue::binlog::fuzz
