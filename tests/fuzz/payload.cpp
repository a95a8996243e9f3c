#include "binlog/payload_reader.hpp"
#include "src/base/error.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>
#include <zstd.h>

namespace segue::fuzz {
namespace {

using binlog::payload_reader;
using binlog::transaction_payload_event;

/// Reads all of it as events are read: their header is looked at, and most are passed over. What is
/// decompressed beyond `bytes_read_max` is left alone: a kilobyte may hold a gigabyte of zeros.
void read_through(payload_reader& reader, std::size_t step) {
    constexpr std::size_t bytes_read_max = std::size_t{16} << 20U;
    for (std::size_t left = bytes_read_max; left > step && !reader.at_end(); left -= step) {
        const auto seen = reader.peek(1);
        must(seen.size() == 1, "as many bytes are handed out as were asked for");
        reader.skip(step);
    }
}

void read_foreign(std::span<const std::byte> bytes, std::size_t step, bool compressed) {
    using compression = transaction_payload_event::compression;
    payload_reader reader;
    try {
        reader.start({compressed ? compression::zstd : compression::none, bytes});
        read_through(reader, step);
    } catch (const error&) {
    }
    if (compressed) return;
    reader.start({compression::none, bytes});
    const auto all = reader.peek(bytes.size());
    must(std::ranges::equal(all, bytes), "what is not compressed is what came");
}

/// A length that nothing stands behind takes no memory of that size: libFuzzer's -malloc_limit_mb.
void ask_for_too_much(std::span<const std::byte> bytes) {
    payload_reader reader;
    try {
        reader.start({transaction_payload_event::compression::zstd,
                      bytes.first(std::min<std::size_t>(bytes.size(), 64))});
        reader.peek(payload_reader::event_bytes_max);
        must(false, "so few bytes hold no such event");
    } catch (const error&) {
    }
}

void read_our_own(std::span<const std::byte> bytes, std::size_t step) {
    input compressed(ZSTD_compressBound(bytes.size()));
    compressed.resize(
        ZSTD_compress(compressed.data(), compressed.size(), bytes.data(), bytes.size(), 3));
    payload_reader reader;
    reader.start({transaction_payload_event::compression::zstd, compressed});
    input again;
    while (!reader.at_end()) {
        const auto some = reader.peek(std::min(step, bytes.size() - again.size()));
        again.insert(again.end(), some.begin(), some.end());
        reader.skip(some.size());
    }
    must(std::ranges::equal(again, bytes), "what was compressed comes out again");
}

}  // namespace

// How it is read, how large the steps are, and a payload.
void run_payload(std::span<const std::byte> bytes) {
    const std::size_t how = taken_choice(bytes, 4);
    const std::size_t step = 1 + taken_choice(bytes, 256) * taken_choice(bytes, 256);
    switch (how) {
        case 0:
        case 1:
            return read_foreign(bytes, step, how == 0);
        case 2:
            return ask_for_too_much(bytes);
        default:
            return read_our_own(bytes, step);
    }
}

std::vector<input> payload_seeds() {
    std::vector<input> all;
    for (const std::size_t size : {std::size_t{0}, std::size_t{700}, std::size_t{8} << 20U}) {
        input zeros(size);
        input compressed(ZSTD_compressBound(size));
        compressed.resize(
            ZSTD_compress(compressed.data(), compressed.size(), zeros.data(), size, 3));
        for (const unsigned how : {0U, 2U}) {
            input one = compressed;
            one.insert(one.begin(), {static_cast<std::byte>(how), std::byte{19}, std::byte{3}});
            all.push_back(std::move(one));
        }
    }
    for (const unsigned how : {1U, 3U})
        for (input& one : inputs_of(how, {"\x13\x01what stands in a payload, payload, payload"}))
            all.push_back(std::move(one));
    return all;
}

}  // namespace segue::fuzz
