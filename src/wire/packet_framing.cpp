#include "src/wire/packet_framing.hpp"

#include "src/base/error.hpp"
#include "src/wire/byte_reader.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

namespace segue::wire {
namespace {

constexpr std::size_t header_bytes = 4;
constexpr std::size_t buffer_bytes = std::size_t{256} * 1024;
constexpr std::byte error_marker{0xFF};

}  // namespace

void append_packet(std::vector<std::byte>& out, std::span<const std::byte> payload,
                   std::uint8_t& sequence) {
    for (;;) {
        const std::size_t length = std::min(payload.size(), frame_bytes_max);
        out.push_back(static_cast<std::byte>(length & 0xFFU));
        out.push_back(static_cast<std::byte>(length >> 8U & 0xFFU));
        out.push_back(static_cast<std::byte>(length >> 16U & 0xFFU));
        out.push_back(static_cast<std::byte>(sequence++));
        const auto frame = payload.first(length);
        out.insert(out.end(), frame.begin(), frame.end());
        payload = payload.subspan(length);
        // A packet whose last frame is full is ended by an empty one.
        if (length < frame_bytes_max) return;
    }
}

std::span<std::byte> packet_parser::prepare() {
    if (begin_ == end_) {
        begin_ = end_ = 0;
        if (capacity_ > buffer_bytes) {
            buffer_.reset();
            capacity_ = 0;
        }
    }
    // Whole packets that nobody took yet must not leave it without room.
    std::size_t wanted = end_ - begin_ < capacity_ ? buffer_bytes : capacity_ + buffer_bytes;
    if (end_ - begin_ >= header_bytes) {
        byte_reader header({buffer_.get() + begin_, header_bytes}, "packet header");
        wanted = std::max<std::size_t>(wanted, header_bytes + header.u24("length"));
    }
    if (capacity_ < wanted) {
        auto grown = std::make_unique_for_overwrite<std::byte[]>(wanted);
        if (end_ > begin_) std::memcpy(grown.get(), buffer_.get() + begin_, end_ - begin_);
        buffer_ = std::move(grown);
        capacity_ = wanted;
        end_ -= begin_;
        begin_ = 0;
    } else if (begin_ > 0 && (end_ == capacity_ || begin_ + wanted > capacity_)) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    return {buffer_.get() + end_, capacity_ - end_};
}

void packet_parser::commit(std::size_t count) {
    require(count <= capacity_ - end_, "no more bytes arrive than there was room for");
    end_ += count;
}

void packet_parser::check_order(std::uint8_t sequence, std::span<const std::byte> payload) {
    if (sequence != sequence_ && (joining_ || payload.empty() || payload[0] != error_marker))
        throw error(fmt::format("the server's packets are out of order: number {} came, {} was due",
                                sequence, sequence_),
                    {.connection_lost = true});
    sequence_ = static_cast<std::uint8_t>(sequence + 1);
}

std::optional<std::span<const std::byte>> packet_parser::take() {
    if (!joining_ && !joined_.empty()) joined_ = {};
    for (;;) {
        if (end_ - begin_ < header_bytes) return std::nullopt;
        byte_reader header({buffer_.get() + begin_, header_bytes}, "packet header");
        const std::size_t length = header.u24("length");
        const std::uint8_t sequence = header.u8("sequence id");
        if (joined_.size() + length > payload_bytes_max_)
            throw error(fmt::format("the server sends a packet of {} bytes or more, at most {} are "
                                    "accepted here",
                                    joined_.size() + length, payload_bytes_max_),
                        {.connection_lost = true});
        if (end_ - begin_ < header_bytes + length) return std::nullopt;
        const std::span<const std::byte> frame(buffer_.get() + begin_ + header_bytes, length);
        check_order(sequence, frame);
        begin_ += header_bytes + length;
        if (!joining_ && length < frame_bytes_max) return frame;
        joined_.insert(joined_.end(), frame.begin(), frame.end());
        joining_ = length == frame_bytes_max;
        if (!joining_) return std::span<const std::byte>(joined_);
    }
}

}  // namespace segue::wire
