#include "src/base/error.hpp"
#include "src/wire/answer.hpp"
#include "src/wire/byte_writer.hpp"
#include "src/wire/handshake.hpp"
#include "src/wire/packet_framing.hpp"
#include "src/wire/protocol.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>

namespace segue::fuzz {
namespace {

using wire::byte_writer;
using wire::handshake_step;

constexpr std::string_view password = "Pa55word-of-the-account";
constexpr std::string_view user = "user-of-the-account";

bool holds(std::span<const std::byte> bytes, std::string_view text) {
    return text_of(bytes).find(text) != std::string::npos;
}

/// The payloads that a server sends: each with its length in two bytes before it.
class payloads {
  public:
    explicit payloads(std::span<const std::byte> bytes) : bytes_(bytes) {}
    bool done() const { return bytes_.size() < 2; }
    input next() {
        const auto said =
            std::to_integer<std::size_t>(bytes_[0]) | std::to_integer<std::size_t>(bytes_[1]) << 8U;
        const auto taken = bytes_.subspan(2, std::min(said, bytes_.size() - 2));
        bytes_ = bytes_.subspan(2 + taken.size());
        return {taken.begin(), taken.end()};
    }

  private:
    std::span<const std::byte> bytes_;
};

void read_answer(payloads& from) {
    wire::text_result_parser parser(4096);
    while (!from.done())
        if (parser.on_packet(from.next())) {
            static_cast<void>(parser.take());
            return;
        }
}

/// Nothing that a server says brings the password out in clear, but where nobody can listen; nor
/// anything else, where TLS is asked for and does not stand.
void log_in(payloads& from, std::size_t how) {
    const wire::login who{.user = std::string(user),
                          .password = how % 2 == 0 ? std::string(password) : std::string(),
                          .tls = (how & 2U) != 0,
                          .tls_if_offered = (how & 4U) != 0,
                          .local_socket = (how & 8U) != 0};
    wire::handshake shake(who);
    while (!from.done()) {
        handshake_step step = shake.on_packet(from.next());
        must(shake.encrypted() || who.local_socket || !holds(step.payload, password),
             "no password goes out in clear");
        must(shake.encrypted() || !who.tls || who.tls_if_offered || !holds(step.payload, user),
             "nobody is named before TLS stands");
        if (step.next == handshake_step::action::send_then_tls) {
            step = shake.on_tls();
            must(shake.encrypted(), "what follows is encrypted");
        }
        if (step.next == handshake_step::action::done) return read_answer(from);
    }
}

/// Bytes of a socket, as they come.
void take_packets(std::span<const std::byte> bytes) {
    wire::packet_parser parser(std::size_t{1} << 20U);
    while (!bytes.empty()) {
        const auto room = parser.prepare();
        must(!room.empty(), "there is room for what comes");
        const std::size_t count = std::min({room.size(), bytes.size(), std::size_t{7}});
        std::copy_n(bytes.begin(), count, room.begin());
        parser.commit(count);
        bytes = bytes.subspan(count);
        while (const auto packet = parser.take())
            must(packet->size() <= std::size_t{1} << 20U, "no packet is larger than allowed");
    }
}

void send_and_take(std::span<const std::byte> payload) {
    std::vector<std::byte> sent;
    std::uint8_t sequence = 0;
    wire::append_packet(sent, payload, sequence);
    wire::packet_parser parser(payload.size());
    std::copy(sent.begin(), sent.end(), parser.prepare().begin());
    parser.commit(sent.size());
    const auto taken = parser.take();
    must(taken && std::ranges::equal(*taken, payload), "a packet arrives as it was sent");
    must(parser.empty() && parser.sequence() == sequence, "and nothing is left of it");
}

}  // namespace

// What is done with it, how, and what a server sends.
void run_wire(std::span<const std::byte> bytes) {
    const std::size_t what = taken_choice(bytes, 4);
    const std::size_t how = taken_choice(bytes, 16);
    try {
        payloads sent(bytes);
        switch (what) {
            case 0:
                return log_in(sent, how);
            case 1:
                return read_answer(sent);
            case 2:
                return take_packets(bytes);
            default:
                return send_and_take(bytes);
        }
    } catch (const error&) {
    }
}

namespace {

constexpr std::uint32_t capabilities = wire::client_protocol_41 | wire::client_secure_connection |
                                       wire::client_plugin_auth |
                                       wire::client_plugin_auth_lenenc_data | wire::client_ssl;

std::vector<std::byte> greeting(std::string_view plugin) {
    byte_writer out;
    out.u8(10).nul_terminated("9.7.4").u32(7).text("12345678").u8(0);
    out.u16(static_cast<std::uint16_t>(capabilities)).u8(45).u16(2);
    out.u16(static_cast<std::uint16_t>(capabilities >> 16U)).u8(21).zeros(10);
    out.nul_terminated("abcdefghijkl").nul_terminated(plugin);
    return out.take();
}

std::vector<std::byte> ok() {
    return byte_writer().u8(0).length_encoded_int(0).length_encoded_int(0).u16(2).u16(0).take();
}

std::vector<std::byte> column(std::string_view name) {
    byte_writer out;
    for (const std::string_view text : {std::string_view("def"), std::string_view(""),
                                        std::string_view(""), std::string_view(""), name, name})
        out.length_encoded_string(text);
    return out.u8(12).u16(45).u32(9).u8(253).u16(0).u8(0).u16(0).take();
}

input session(unsigned what, unsigned how, const std::vector<std::vector<std::byte>>& packets) {
    byte_writer out;
    out.u8(static_cast<std::uint8_t>(what)).u8(static_cast<std::uint8_t>(how));
    for (const auto& one : packets) out.u16(static_cast<std::uint16_t>(one.size())).bytes(one);
    return out.take();
}

}  // namespace

std::vector<input> wire_seeds() {
    constexpr std::string_view sha2 = "caching_sha2_password";
    constexpr std::string_view key =
        "-----BEGIN PUBLIC KEY-----\n"
        "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKzpJkLQ0v0LkbR1zF7rJfTtv8oRk0mi\n"
        "W1m6vYQ5c0a7Zr6O9wq4CwIuXKcQb4gqk4xZ0b0mB8Vh0aV0b7m8m6sCAwEAAQ==\n"
        "-----END PUBLIC KEY-----\n";
    const auto fast = byte_writer().u8(1).u8(3).take();
    const auto full = byte_writer().u8(1).u8(4).take();
    const auto change = byte_writer()
                            .u8(0xFE)
                            .nul_terminated("mysql_native_password")
                            .nul_terminated("abcdefghijklmnopqrst")
                            .take();
    const auto eof = byte_writer().u8(0xFE).u16(0).u16(2).take();
    const auto refusal =
        byte_writer().u8(0xFF).u16(1045).text("#28000Access denied for user").take();
    const auto row = byte_writer().length_encoded_string("1").u8(0xFB).take();
    std::vector<input> all;
    for (const unsigned how : {0U, 1U, 2U, 6U, 8U}) {
        all.push_back(session(0, how, {greeting(sha2), fast, ok(), ok()}));
        all.push_back(
            session(0, how, {greeting(sha2), full, byte_writer().u8(1).text(key).take(), ok()}));
        all.push_back(session(0, how, {greeting("mysql_native_password"), change, ok()}));
        all.push_back(session(0, how, {greeting("other"), refusal}));
    }
    all.push_back(
        session(1, 0, {byte_writer().u8(2).take(), column("a"), column("b"), eof, row, row, eof}));
    all.push_back(session(1, 0, {refusal}));
    all.push_back(byte_writer().u8(2).u8(0).u24(3).u8(0).text("abc").u24(1).u8(1).text("d").take());
    all.push_back(byte_writer().u8(3).u8(0).text("any packet").take());
    return all;
}

}  // namespace segue::fuzz
