#include "binlog/event_machine.hpp"
#include "binlog/stream.hpp"
#include "binlog/stream_source.hpp"
#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/base/server_errors.hpp"
#include "src/wire/answer.hpp"
#include "src/wire/connection.hpp"
#include "src/wire/server_failure.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace segue::binlog {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds first_delay{100};
constexpr milliseconds delay_max{10'000};
constexpr unsigned doublings_max = 10;

// A server that was never reached may be one that is not there.
constexpr unsigned first_connects_max = 5;

// Heartbeats that may fail to come before the connection is given up, and the least time for it.
constexpr int heartbeats_missed_max = 5;
constexpr milliseconds silence_min{2'000};

constexpr milliseconds between_looks_max{300'000};

// A set may have one transaction alone, and look like anything.
std::string in_words(const stream_position& position) {
    return (std::holds_alternative<gtid_set>(position) ? "GTID set " : "") + text_of(position);
}

milliseconds doubled(milliseconds first, unsigned times, milliseconds most) {
    return std::min(first * (1U << std::min(times, doublings_max)), most);
}

// Those that the server makes up to begin with, whatever comes then.
bool says_nothing_new(const event_header& header) {
    return header.artificial() || header.type == event_type::rotate ||
           header.type == event_type::format_description;
}

bool is_heartbeat(const event_header& header) {
    return header.type == event_type::heartbeat || header.type == event_type::heartbeat_v2;
}

/// Reads one connection after the other, each from where the last one ended.
class stream_reader {
  public:
    stream_reader(const reader_options& options, const stream_position& from,
                  stream_handler& handler, std::stop_token stop)
        : options_(options),
          stop_(std::move(stop)),
          machine_(options.subscriptions, from, handler, options.mark) {
        if (!options.expected_server_uuid.empty()) uuid_ = options.expected_server_uuid;
        if (options.patience) waiting_.emplace(*options.patience);
    }

    /// Ends by an exception only: segue::stopped when asked to.
    [[noreturn]] void run() {
        for (;;) {
            auto server = connected();
            const auto lost = read(server);
            if (lost)
                tell(failed(*lost), *lost,
                     fmt::format("reading on from {}", in_words(machine_.position())));
            machine_.reconnected();
            if (lost) pause(delay(), stop_);
        }
    }

  private:
    wire::connection connected() {
        for (;;) {
            try {
                auto server =
                    open_stream(options_, machine_.position(), machine_.mark(), uuid_, stop_);
                // Files and offsets mean something on one server only. A GTID set means the same
                // everywhere, so without an expectation another server may take over.
                if (options_.expected_server_uuid.empty() &&
                    std::holds_alternative<gtid_set>(machine_.position()))
                    uuid_.reset();
                log::info("binlog: reading from {} behind {}", options_.connection.server.text(),
                          in_words(machine_.position()));
                return server;
            } catch (const error& failure) {
                if (!worth_reconnecting(failure)) throw context(failure);
                tell(failed(failure), failure,
                     fmt::format("trying again in {} ms", delay().count()));
            }
            pause(delay(), stop_);
        }
    }

    /// Reads until the connection is lost, and answers why it was; nullopt: it was not, but its
    /// place is to be looked at again.
    std::optional<error> read(wire::connection& server) {
        // Finding the place to begin at may take the server a while.
        auto silence_max = options_.connection.read_timeout;
        auto last_news = steady_clock::now();
        bool has_news = false;
        for (;;) {
            std::span<const std::byte> packet;
            try {
                packet = server.read_packet(silence_max, stop_);
                if (wire::is_error_packet(packet)) throw wire::server_error(packet);
            } catch (const error& failure) {
                // What the server does not find in its log any more may have been reset: the place
                // is looked at again, which tells. (Two of one server_uuid would cut each other off
                // for ever.)
                const bool lost_in_log =
                    failure.mysql_errno() == er::source_fatal_error_reading_binlog &&
                    !is_cut_off_by_another(failure);
                if (worth_reconnecting(failure) || (lost_in_log && has_news)) return failure;
                throw context(with_remedy(failure));
            }
            // What a dump that was killed, or whose server shuts down, ends with.
            if (wire::is_eof_packet(packet))
                return error("the server ended the stream",
                             {.retryable = true, .connection_lost = true});
            if (packet.empty() || packet[0] != std::byte{0})
                throw context(error("a packet of unknown kind came in the stream"));
            const auto event = packet.subspan(1);
            const auto header = decode_header(event);
            machine_.handle(event);
            if (!says_nothing_new(header)) succeeded();
            if (!is_heartbeat(header)) {
                last_news = steady_clock::now();
                has_news |= !says_nothing_new(header);
                if (has_news) silences_ = 0;
            } else if (!machine_.in_transaction() && is_silent_since(last_news)) {
                ++silences_;
                return std::nullopt;
            }
            silence_max = silence_bound();
        }
    }

    /// Longer each time that silence was not broken by an event: a server may need the time.
    milliseconds silence_bound() const {
        return doubled(std::max(options_.heartbeat_period * heartbeats_missed_max, silence_min),
                       failures_, std::max(options_.connection.read_timeout, silence_min));
    }

    bool is_silent_since(steady_clock::time_point last_news) const {
        const auto bound = options_.place_looked_at_after;
        return bound > milliseconds::zero() &&
               steady_clock::now() - last_news >=
                   doubled(bound, silences_, std::max(bound, between_looks_max));
    }

    milliseconds delay() const {
        return doubled(first_delay, failures_ > 0 ? failures_ - 1 : 0, delay_max);
    }

    void succeeded() {
        streamed_ = true;
        if (failures_ == 0) return;
        failures_ = 0;
        counted_ = 0;
        if (waiting_) waiting_->over();
    }

    enum class told { already, not_yet };

    /// Throws when it is not to be tried again.
    told failed(const error& failure) {
        ++failures_;
        if (waiting_ && wire::passes_by_itself(failure)) {
            if (!waiting_->goes_on_after(context(failure).what()))
                throw waited_in_vain(context(failure), *waiting_);
            return told::already;
        }
        if (waiting_) waiting_->over();
        ++counted_;
        give_up_after(failure);
        return told::not_yet;
    }

    void tell(told before, const error& failure, const std::string& next) const {
        const auto text = fmt::format("binlog: {}; {}", failure.what(), next);
        if (before == told::already || options_.patience == nullptr)
            log::warning("{}", text);
        else
            options_.patience->tell_retry(fmt::format("binlog/{}", failure.mysql_errno()), text);
    }

    void give_up_after(const error& last) const {
        const unsigned limit = streamed_ ? options_.reconnects_max
                               : options_.reconnects_max == 0
                                   ? first_connects_max
                                   : std::min(options_.reconnects_max, first_connects_max);
        if (limit != 0 && counted_ > limit)
            throw context(last.in(fmt::format("no event after {} tries", counted_)));
    }

    error context(const error& failure) const {
        return failure.in(fmt::format("reading the binary log of {} behind {}",
                                      options_.connection.server.text(),
                                      in_words(machine_.position())));
    }

    const reader_options& options_;
    const std::stop_token stop_;
    event_machine machine_;
    std::optional<std::string> uuid_;           // what @@server_uuid must be
    unsigned failures_ = 0;                     // in a row, without an event between them
    unsigned counted_ = 0;                      // those of them that were not waited for
    std::optional<wire::server_wait> waiting_;  // unset: all are counted
    unsigned silences_ = 0;                     // in a row, at whose end the place was looked at
    bool streamed_ = false;                     // an event has come at all
};

}  // namespace

void read_stream(const reader_options& options, const stream_position& from,
                 stream_handler& handler, std::stop_token stop) {
    require(options.server_id != 0, "a replica has a server id");
    require(!options.replica_uuid.empty(), "a run has a replica uuid of its own");
    require(options.heartbeat_period > milliseconds::zero(), "heartbeats have a period");
    try {
        stream_reader(options, from, handler, stop).run();
    } catch (const stopped&) {
        if (!stop.stop_requested()) throw;
    }
}

}  // namespace segue::binlog
