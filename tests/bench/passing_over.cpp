// How fast the event machine passes over rows of tables that nobody asked for, beside what the same
// bytes cost at the least: their CRC-32 alone, and copying them once. In one run, in turns, on
// recorded events of a real server and on the same with rows events of the size that servers write.
//   build/release/tests/bench/bench_passing_over [megabytes for each measurement]
#include "binlog/event_machine.hpp"
#include "tests/unit/binlog/recorded.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>
#include <zlib.h>

#include <fmt/format.h>

namespace segue::binlog::test {
namespace {

constexpr int rounds = 5;

class nobody final : public stream_handler {
  public:
    void on_begin(const std::optional<std::string>&) override {}
    void on_table(const table_shape&) override {}
    void on_row(const row_change&) override { ++rows; }
    void on_statement(const statement&) override {}
    void on_end(ending) override {}
    void on_xa_commit(const std::string&) override {}
    void on_xa_rollback(const std::string&) override {}
    void on_boundary(const stream_position&) override {}
    void on_reconnect() override {}

    std::uint64_t rows = 0;
};

bool is_rows(const bytes& event) {
    const auto type = decode_header(event).type;
    return type == event_type::write_rows || type == event_type::update_rows ||
           type == event_type::delete_rows;
}

/// A format description, and transactions that can be read again and again behind it.
struct recording {
    std::string name;
    bytes description;
    std::vector<bytes> transactions;
    std::size_t size = 0;  // of the transactions, in bytes

    explicit recording(std::string called) : name(std::move(called)) {
        bool begun = false;
        for (bytes& event : recorded_events("many_events")) {
            const auto type = decode_header(event).type;
            if (type == event_type::format_description) description = event;
            begun = begun || type == event_type::gtid;
            if (begun && type != event_type::rotate && type != event_type::stop)
                add(std::move(event));
        }
    }
    void add(bytes event) {
        size += event.size();
        transactions.push_back(std::move(event));
    }
    /// What stands in rows that nobody asked for is not looked at.
    void enlarge_rows(std::size_t to_bytes) {
        size = 0;
        for (bytes& event : transactions) {
            if (is_rows(event)) {
                event.resize(to_bytes, std::byte{0x5a});
                for (std::size_t i = 0; i < 4; ++i)
                    event[9 + i] = static_cast<std::byte>(event.size() >> (8 * i) & 0xff);
                renew_checksum(event);
            }
            size += event.size();
        }
    }
};

double megabytes_per_second(const recording& of, std::size_t bytes_at_least,
                            const std::function<void()>& pass) {
    const std::size_t passes = bytes_at_least / of.size + 1;
    const auto began = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < passes; ++i) pass();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    return static_cast<double>(passes * of.size) / 1e6 / took.count();
}

void measure(const recording& of, std::size_t bytes_at_least) {
    std::vector<double> passed;
    std::vector<double> checked;
    std::vector<double> copied;
    std::vector<std::byte> copy(of.size);
    std::uint64_t sum = 0;
    for (int round = 0; round < rounds; ++round) {
        nobody told;
        event_machine machine({{"shop", "none", {0}}}, gtid_set{}, told);
        machine.handle(of.description);
        passed.push_back(megabytes_per_second(of, bytes_at_least, [&] {
            for (const bytes& event : of.transactions) machine.handle(event);
        }));
        checked.push_back(megabytes_per_second(of, bytes_at_least, [&] {
            for (const bytes& event : of.transactions)
                sum +=
                    crc32_z(0, reinterpret_cast<const unsigned char*>(event.data()), event.size());
        }));
        copied.push_back(megabytes_per_second(of, bytes_at_least, [&] {
            std::size_t at = 0;
            for (const bytes& event : of.transactions) {
                std::memcpy(copy.data() + at, event.data(), event.size());
                at += event.size();
            }
            sum += std::to_integer<unsigned>(copy[sum % copy.size()]);
        }));
        if (told.rows != 0) std::abort();
    }
    const auto median = [](std::vector<double>& all) {
        std::ranges::sort(all);
        return all[all.size() / 2];
    };
    const double machine = median(passed);
    const double crc = median(checked);
    fmt::print(
        "{:<28} {:>7.0f} MB/s passed over, {:>7.0f} MB/s CRC-32 alone ({:.2f} of it), "
        "{:>7.0f} MB/s memcpy   [{}]\n",
        of.name, machine, crc, machine / crc, median(copied), sum % 10);
}

}  // namespace
}  // namespace segue::binlog::test

int main(int argc, char** argv) {
    using namespace segue::binlog::test;
    const std::size_t megabytes =
        argc > 1 ? static_cast<std::size_t>(std::strtoul(argv[1], nullptr, 10)) : 500;
    measure(recording("as recorded, 256 byte rows"), megabytes * 1'000'000);
    recording usual("rows events of 8 kB");
    usual.enlarge_rows(8'192);
    measure(usual, megabytes * 1'000'000);
    recording large("rows events of 1 MB");
    large.enlarge_rows(1'000'000);
    measure(large, megabytes * 1'000'000);
    return 0;
}
