#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace segue::wire {

/// A frame of this many bytes is followed by another one of the same packet.
/// https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_packets.html
inline constexpr std::size_t frame_bytes_max = 0xFFFFFF;

/// The largest packet that a server sends: max_allowed_packet is at most 1 GB, a binlog event's
/// header and checksum come on top.
inline constexpr std::size_t packet_bytes_max = (std::size_t{1} << 30) + (std::size_t{1} << 20);

/// Appends `payload` to `out` as one packet, in as many frames as it takes. `sequence` is the id of
/// the first frame, and afterwards the id that comes next.
void append_packet(std::vector<std::byte>& out, std::span<const std::byte> payload,
                   std::uint8_t& sequence);

/// Turns the bytes of a socket into packets.
/// Usage: read into prepare(), tell how many bytes came with commit(), take() until it is empty.
/// Memory: the buffer grows with what a frame says of itself (at most 16 MB), beyond that only with
/// bytes that have arrived.
/// Errors: segue::error when frames come out of order, or a packet is larger than allowed. ERR
/// packets are let through out of order: a server that ends a session by itself (shutdown, idle
/// timeout) numbers its last word from 0, whatever we had sent.
class packet_parser {
  public:
    explicit packet_parser(std::size_t payload_bytes_max) : payload_bytes_max_(payload_bytes_max) {}

    void set_payload_bytes_max(std::size_t bytes) noexcept { payload_bytes_max_ = bytes; }

    /// Room for at least one byte; spans handed out by take() are invalid afterwards.
    std::span<std::byte> prepare();
    /// The first `count` bytes of the span from prepare() have been filled.
    void commit(std::size_t count);

    /// The next whole packet's payload, valid until the next take() or prepare(). Empty when more
    /// bytes are needed.
    std::optional<std::span<const std::byte>> take();

    /// The sequence id that the next frame must have, and that an answer of ours is sent with.
    std::uint8_t sequence() const noexcept { return sequence_; }
    void set_sequence(std::uint8_t next) noexcept { sequence_ = next; }

    /// True when nothing of a further packet has arrived yet.
    bool empty() const noexcept { return begin_ == end_ && !joining_; }

  private:
    void check_order(std::uint8_t sequence, std::span<const std::byte> payload);

    std::size_t payload_bytes_max_;
    std::unique_ptr<std::byte[]> buffer_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;  // of the bytes not yet taken
    std::size_t end_ = 0;
    std::vector<std::byte> joined_;  // the frames so far of a packet of several
    bool joining_ = false;
    std::uint8_t sequence_ = 0;
};

}  // namespace segue::wire
