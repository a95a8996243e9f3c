#include "binlog/event_machine.hpp"
#include "src/base/error.hpp"
#include "src/wire/byte_reader.hpp"
#include "tests/fuzz/recordings.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>

namespace segue::fuzz {
namespace {

using namespace binlog;

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
void feed(std::span<const std::byte> stream, stream_position from) {
    toucher handler;
    event_machine machine({{"shop", "t", {0, 1, 5, 35}}, {"shop", "u", {}}}, std::move(from),
                          handler);
    while (!stream.empty()) {
        std::size_t length = stream.size();
        if (stream.size() >= event_header::size) {
            const auto at = [&stream](std::size_t i) {
                return std::to_integer<std::size_t>(stream[i]);
            };
            const std::size_t said = at(9) | at(10) << 8U | at(11) << 16U;
            length = std::clamp(said, event_header::size, stream.size());
        }
        const auto begin = stream.begin();
        // On the heap, and no byte longer.
        std::vector<std::byte> event(begin, begin + static_cast<std::ptrdiff_t>(length));
        if (length >= event_header::size)
            for (std::size_t i = 0; i < 4; ++i)
                event[9 + i] = static_cast<std::byte>(length >> (8 * i) & 0xff);
        machine.handle(event);
        stream = stream.subspan(length);
    }
    machine.reconnected();
}

}  // namespace

// Events without checksums, behind a byte that says how positions are counted.
void run_event_stream(std::span<const std::byte> bytes) {
    const bool by_file = taken_choice(bytes, 2) == 1;
    try {
        if (by_file) return feed(bytes, file_position{"log.000001", 4});
        feed(bytes, gtid_set{});
    } catch (const error&) {
    }
}

std::vector<input> event_stream_seeds() {
    std::vector<input> all;
    for (const recording& one : recordings()) {
        all.push_back(one.events);
        all.back().insert(all.back().begin(), static_cast<std::byte>(one.anonymous ? 1 : 0));
    }
    return all;
}

}  // namespace segue::fuzz
