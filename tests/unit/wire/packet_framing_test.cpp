#include "src/wire/packet_framing.hpp"

#include "src/base/error.hpp"
#include "src/wire/byte_reader.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace segue::wire {
namespace {

using namespace std::string_literals;
using bytes = std::vector<std::byte>;

void feed(packet_parser& parser, std::span<const std::byte> arrived) {
    while (!arrived.empty()) {
        const auto room = parser.prepare();
        const auto count = std::min(room.size(), arrived.size());
        std::copy_n(arrived.begin(), count, room.begin());
        parser.commit(count);
        arrived = arrived.subspan(count);
    }
}

bytes framed(std::span<const std::byte> payload, std::uint8_t sequence) {
    bytes out;
    append_packet(out, payload, sequence);
    return out;
}

TEST(packet_framing, a_packet_comes_back_as_it_was_framed) {
    packet_parser parser(1000);
    feed(parser, framed(as_bytes("hello"), 0));
    EXPECT_EQ(as_text(parser.take().value()), "hello");
    EXPECT_FALSE(parser.take());
    EXPECT_EQ(parser.sequence(), 1U);
    EXPECT_TRUE(parser.empty());
}

TEST(packet_framing, packets_may_arrive_byte_by_byte_or_several_at_once) {
    bytes stream = framed(as_bytes("one"), 0);
    for (const auto& [text, sequence] : {std::pair{"", 1}, std::pair{"three", 2}}) {
        const auto more = framed(as_bytes(text), static_cast<std::uint8_t>(sequence));
        stream.insert(stream.end(), more.begin(), more.end());
    }
    for (const std::size_t step : {std::size_t{1}, std::size_t{2}, stream.size()}) {
        packet_parser parser(1000);
        std::vector<std::string> seen;
        for (std::size_t at = 0; at < stream.size(); at += step) {
            feed(parser, std::span(stream).subspan(at, std::min(step, stream.size() - at)));
            while (const auto packet = parser.take()) seen.emplace_back(as_text(*packet));
        }
        EXPECT_EQ(seen, (std::vector<std::string>{"one", "", "three"})) << step;
    }
}

TEST(packet_framing, payloads_around_the_size_of_a_frame_come_back_whole) {
    for (const std::size_t size : {frame_bytes_max - 1, frame_bytes_max, frame_bytes_max + 1,
                                   2 * frame_bytes_max, 2 * frame_bytes_max + 5}) {
        bytes payload(size);
        for (std::size_t i = 0; i < size; i += 4093) payload[i] = static_cast<std::byte>(i);
        packet_parser parser(packet_bytes_max);
        const auto stream = framed(payload, 254);
        EXPECT_EQ(stream.size(), size + 4 * (size / frame_bytes_max + 1));
        parser.set_sequence(254);
        constexpr std::size_t step = 5'000'000;
        for (std::size_t at = 0; at + 1 < stream.size(); at += step) {
            feed(parser, std::span(stream).subspan(at, std::min(step, stream.size() - 1 - at)));
            EXPECT_FALSE(parser.take());
        }
        EXPECT_FALSE(parser.empty());
        feed(parser, std::span(stream).last(1));
        const auto packet = parser.take();
        ASSERT_TRUE(packet) << size;
        EXPECT_TRUE(std::equal(packet->begin(), packet->end(), payload.begin(), payload.end()));
        feed(parser, framed(as_bytes("next"), parser.sequence()));
        EXPECT_EQ(as_text(parser.take().value()), "next");
    }
}

TEST(packet_framing, sequence_ids_wrap_at_256) {
    packet_parser parser(1000);
    for (unsigned i = 0; i < 600; ++i) {
        feed(parser, framed(as_bytes("x"), static_cast<std::uint8_t>(i)));
        ASSERT_TRUE(parser.take()) << i;
    }
}

TEST(packet_framing, a_packet_out_of_order_is_refused) {
    packet_parser parser(1000);
    feed(parser, framed(as_bytes("x"), 3));
    EXPECT_THROW(parser.take(), error);
}

TEST(packet_framing, the_last_word_of_a_server_is_let_through_out_of_order) {
    packet_parser parser(1000);
    parser.set_sequence(7);
    feed(parser, framed(as_bytes("\xFF\x1D\x04killed"), 0));
    EXPECT_TRUE(parser.take());
}

TEST(packet_framing, a_packet_larger_than_allowed_is_refused_before_it_has_arrived) {
    packet_parser parser(64);
    feed(parser, as_bytes("\x41\x00\x00\x00"s));
    EXPECT_THROW(parser.take(), error);
}

TEST(packet_framing, a_packet_that_grows_too_large_by_its_frames_is_refused) {
    packet_parser parser(frame_bytes_max + 10);
    const auto stream = framed(bytes(frame_bytes_max + 11), 0);
    feed(parser, std::span(stream).first(frame_bytes_max + 4));
    EXPECT_FALSE(parser.take());
    feed(parser, std::span(stream).subspan(frame_bytes_max + 4));
    EXPECT_THROW(parser.take(), error);
}

TEST(packet_framing, ordinary_packets_are_handed_out_without_a_copy) {
    packet_parser parser(1000);
    auto stream = framed(as_bytes("a"), 0);
    const auto second = framed(as_bytes("b"), 1);
    stream.insert(stream.end(), second.begin(), second.end());
    feed(parser, stream);
    const auto first_packet = parser.take().value();
    const auto second_packet = parser.take().value();
    EXPECT_EQ(first_packet.data() + 5, second_packet.data());
}

}  // namespace
}  // namespace segue::wire
