#include "src/keys/temporal_bytes.hpp"

#include "src/base/error.hpp"
#include "src/keys/readable.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace segue::keys {
namespace {

constexpr std::array<std::int64_t, 7> power_of_ten = {1, 10, 100, 1000, 10'000, 100'000, 1'000'000};
constexpr unsigned micros_digits = 6;
constexpr std::int64_t second_bits = 24;  // what of a TIME stands above its micros
constexpr std::int64_t time_offset = 0x800000;
constexpr std::int64_t datetime_offset = 0x8000000000;
constexpr std::size_t datetime_second_bytes = 5;
constexpr std::size_t time_second_bytes = 3;
constexpr std::size_t timestamp_second_bytes = 4;

struct day {
    std::int64_t year, month, day;
};

// Reads a text from left to right.
class text_reader {
  public:
    text_reader(std::string_view type, std::string_view text)
        : type_(type), whole_(text), rest_(text) {}

    std::int64_t number() {
        std::int64_t made = 0;
        std::size_t count = 0;
        for (; !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9' && count < 18;
             ++count) {
            made = made * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        if (count == 0) fail();
        return made;
    }
    bool take(char c) {
        if (!rest_.starts_with(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    std::int64_t number_after(char c) {
        if (!take(c)) fail();
        return number();
    }
    // In micros; there are `digits` of them, or none.
    std::int64_t micros(unsigned digits) {
        if (digits == 0) return 0;
        if (!take('.') || rest_.size() != digits) fail();
        return number() * power_of_ten.at(micros_digits - digits);
    }
    void end() {
        if (!rest_.empty()) fail();
    }
    [[noreturn]] void fail() const {
        throw error(fmt::format("a key column of type {} prints '{}'", type_, whole_));
    }

  private:
    std::string_view type_;
    std::string_view whole_;
    std::string_view rest_;
};

void require_real(std::int64_t month, std::int64_t day_of_month, const std::string& shown) {
    if (month == 0 || day_of_month == 0)
        throw error(fmt::format(
            "a key column holds the date {}, and rows are not named by dates without a month or a "
            "day. Give these rows another date, or let the table have another key.",
            shown));
}

std::string shown_day(const day& of) {
    return fmt::format("{:04}-{:02}-{:02}", of.year, of.month, of.day);
}

day read_day(text_reader& in) {
    day made{};
    made.year = in.number();
    made.month = in.number_after('-');
    made.day = in.number_after('-');
    if (made.year > 9999 || made.month > 12 || made.day > 31) in.fail();
    require_real(made.month, made.day, shown_day(made));
    return made;
}

std::int64_t read_clock(text_reader& in) {
    const std::int64_t hours = in.number();
    const std::int64_t minutes = in.number_after(':');
    const std::int64_t seconds = in.number_after(':');
    if (hours > 1023 || minutes > 59 || seconds > 59) in.fail();
    return hours << 12 | minutes << 6 | seconds;
}

std::string clock_text(std::int64_t packed) {
    return fmt::format("{:02}:{:02}:{:02}", packed >> 12, packed >> 6 & 63, packed & 63);
}

std::string micros_text(std::int64_t micros, unsigned digits) {
    if (digits == 0) return "";
    return fmt::format(".{:0{}}", micros / power_of_ten.at(micros_digits - digits), digits);
}

void append(std::string& out, std::int64_t number, std::size_t bytes) {
    const auto raw = static_cast<std::uint64_t>(number);
    for (std::size_t i = bytes; i-- > 0;) out.push_back(static_cast<char>(raw >> (8 * i) & 0xFFU));
}

std::int64_t take(std::string_view& bytes, std::size_t count) {
    must_be_readable(bytes.size() >= count, "a temporal key column has the length of its type");
    std::int64_t made = 0;
    for (const char byte : bytes.substr(0, count))
        made = made << 8 | static_cast<unsigned char>(byte);
    bytes.remove_prefix(count);
    return made;
}

std::size_t fraction_bytes(unsigned digits) {
    require(digits <= micros_digits, "a second has six digits at most");
    return (digits + 1) / 2;
}

// Of micros, in a fraction's bytes: 10 000 where there is one, 100, 1.
std::int64_t fraction_unit(std::size_t bytes) {
    return power_of_ten.at(micros_digits - 2 * bytes);
}

void append_fraction(std::string& out, std::int64_t micros, unsigned digits) {
    const std::size_t bytes = fraction_bytes(digits);
    append(out, micros / fraction_unit(bytes), bytes);
}

std::int64_t take_micros(std::string_view& bytes, unsigned digits) {
    const std::size_t count = fraction_bytes(digits);
    return take(bytes, count) * fraction_unit(count);
}

}  // namespace

std::string date_from_text(std::string_view text) {
    text_reader in("DATE", text);
    const day read = read_day(in);
    in.end();
    std::string out;
    append(out, read.year << 9 | read.month << 5 | read.day, date_bytes);
    return out;
}

std::string date_to_text(std::string_view bytes) {
    const std::int64_t packed = take(bytes, date_bytes);
    const day read{.year = packed >> 9, .month = packed >> 5 & 15, .day = packed & 31};
    require_real(read.month, read.day, shown_day(read));
    return shown_day(read);
}

std::size_t datetime_bytes(unsigned digits) {
    return datetime_second_bytes + fraction_bytes(digits);
}

std::string datetime_from_text(std::string_view text, unsigned digits) {
    text_reader in("DATETIME", text);
    const day read = read_day(in);
    if (!in.take(' ')) in.fail();
    const std::int64_t clock = read_clock(in);
    const std::int64_t micros = in.micros(digits);
    in.end();
    const std::int64_t days = (read.year * 13 + read.month) << 5 | read.day;
    std::string out;
    append(out, (days << 17 | clock) + datetime_offset, datetime_second_bytes);
    append_fraction(out, micros, digits);
    return out;
}

std::string datetime_to_text(std::string_view bytes, unsigned digits) {
    const std::int64_t packed = take(bytes, datetime_second_bytes) - datetime_offset;
    const std::int64_t micros = take_micros(bytes, digits);
    const std::int64_t months = packed >> 22;
    const day read{.year = months / 13, .month = months % 13, .day = packed >> 17 & 31};
    require_real(read.month, read.day, shown_day(read));
    return fmt::format("{} {}{}", shown_day(read), clock_text(packed & 0x1FFFF),
                       micros_text(micros, digits));
}

std::size_t time_bytes(unsigned digits) {
    return time_second_bytes + fraction_bytes(digits);
}

// The whole of a TIME is one number, seconds' fields above micros, negative where the time is.
std::string time_from_text(std::string_view text, unsigned digits) {
    text_reader in("TIME", text);
    const bool negative = in.take('-');
    const std::int64_t clock = read_clock(in);
    std::int64_t packed = (clock << second_bits) + in.micros(digits);
    in.end();
    if (negative) packed = -packed;
    // Its fraction counts back from the next second up: -0.01 s is the second -1, and FF.
    const std::size_t bytes = fraction_bytes(digits);
    const std::int64_t seconds = packed >> second_bits;
    std::int64_t fraction = packed % (std::int64_t{1} << second_bits);
    if (bytes == fraction_bytes(micros_digits))
        fraction = packed - (seconds << second_bits);
    else
        fraction /= fraction_unit(bytes);
    std::string out;
    append(out, seconds + time_offset, time_second_bytes);
    append(out, fraction, bytes);
    return out;
}

std::string time_to_text(std::string_view bytes, unsigned digits) {
    const std::size_t count = fraction_bytes(digits);
    std::int64_t seconds = take(bytes, time_second_bytes) - time_offset;
    std::int64_t fraction = take(bytes, count);
    std::int64_t packed = 0;
    if (count == fraction_bytes(micros_digits)) {
        packed = (seconds << second_bits) + fraction;
    } else {
        if (seconds < 0 && fraction != 0) {
            ++seconds;
            fraction -= std::int64_t{1} << (8 * count);
        }
        packed = (seconds << second_bits) + fraction * fraction_unit(count);
    }
    const bool negative = packed < 0;
    if (negative) packed = -packed;
    return fmt::format("{}{}{}", negative ? "-" : "", clock_text(packed >> second_bits),
                       micros_text(packed & ((std::int64_t{1} << second_bits) - 1), digits));
}

std::size_t timestamp_bytes(unsigned digits) {
    return timestamp_second_bytes + fraction_bytes(digits);
}

std::string timestamp_from_text(std::string_view text, unsigned digits) {
    text_reader in("TIMESTAMP", text);
    const std::int64_t seconds = in.number();
    const std::int64_t micros = in.micros(digits);
    in.end();
    if (seconds >> 32 != 0) in.fail();
    std::string out;
    append(out, seconds, timestamp_second_bytes);
    append_fraction(out, micros, digits);
    require_real(seconds, seconds, "0000-00-00 00:00:00");
    return out;
}

std::string timestamp_to_text(std::string_view bytes, unsigned digits) {
    const std::int64_t seconds = take(bytes, timestamp_second_bytes);
    const std::int64_t micros = take_micros(bytes, digits);
    require_real(seconds, seconds, "0000-00-00 00:00:00");
    return fmt::format("{}{}", seconds, micros_text(micros, digits));
}

}  // namespace segue::keys
