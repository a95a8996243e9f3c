#pragma once

#include "binlog/events.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace segue::binlog {

/// Hands out the bytes of a transaction payload from front to back, decompressed as they are asked
/// for, so that a transaction of any size needs memory for one event only.
/// Lifetime: start() keeps a view of the compressed bytes; what peek() returns is valid until the
/// next call. One reader serves one payload after the other and keeps its buffers.
/// Errors: segue::error for bytes that are not zstd's, a window over 128 MiB, an event over 1 GiB
/// (the server's own bound), or an early end.
class payload_reader {
  public:
    static constexpr std::size_t event_bytes_max = std::size_t{1} << 30U;

    payload_reader();
    ~payload_reader();
    payload_reader(const payload_reader&) = delete;
    payload_reader& operator=(const payload_reader&) = delete;

    void start(const transaction_payload_event& payload);

    /// Whether no byte is left, and the compressed form is whole.
    bool at_end();
    /// The next `count` bytes, which stay unread. Memory grows with the bytes that really come,
    /// not with `count`.
    std::span<const std::byte> peek(std::size_t count);
    /// Leaves out the next `count` bytes, without holding all of them in memory.
    void skip(std::size_t count);

  private:
    struct decompressor;

    /// Makes at least one more byte available behind those that are; false at the end.
    bool produce();
    void drop_consumed();

    std::unique_ptr<decompressor> zstd_;
    bool compressed_ = false;
    bool frame_open_ = false;
    std::span<const std::byte> input_;  // not yet decompressed; without compression: not yet read
    std::vector<std::byte> buffer_;     // decompressed
    std::size_t begin_ = 0;             // of the unread bytes in buffer_
    std::size_t end_ = 0;
};

}  // namespace segue::binlog
