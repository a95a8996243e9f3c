#include "binlog/gtid_set.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace segue::binlog {

namespace {

constexpr std::size_t tag_length_max = 32;
constexpr std::size_t text_length_max = 64U << 20U;
constexpr std::uint64_t tagged_format = 1;

bool is_space(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool begins_tag(char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || c == '_';
}
bool continues_tag(char c) {
    return begins_tag(c) || is_digit(c);
}

int hex_value(char c) {
    if (is_digit(c)) return c - '0';
    c = lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Reads the text form from left to right.
class text_scanner {
  public:
    explicit text_scanner(std::string_view text) : text_(text) {
        if (text.size() > text_length_max) throw error("a GTID set of more than 64 MiB of text");
    }

    bool at_end() {
        skip_space();
        return at_ == text_.size();
    }

    bool accept(char c) {
        if (at_end() || text_[at_] != c) return false;
        ++at_;
        skip_space();
        return true;
    }

    std::array<std::uint8_t, 16> uuid() {
        std::array<std::uint8_t, 16> value{};
        for (std::size_t i = 0; i < value.size(); ++i) {
            if (i == 4 || i == 6 || i == 8 || i == 10) {
                if (at_ == text_.size() || text_[at_] != '-') fail("a UUID");
                ++at_;
            }
            const int high = digit(), low = digit();
            value[i] = static_cast<std::uint8_t>(high * 16 + low);
        }
        return value;
    }

    std::optional<std::string> tag() {
        if (at_end() || !begins_tag(text_[at_])) return std::nullopt;
        std::string tag;
        while (at_ < text_.size() && continues_tag(text_[at_])) {
            if (tag.size() == tag_length_max) fail("a tag of at most 32 characters");
            tag += lower(text_[at_++]);
        }
        return tag;
    }

    std::uint64_t number() {
        skip_space();
        std::uint64_t value = 0;
        const char* const begin = text_.data() + at_;
        const auto [end, failed] = std::from_chars(begin, text_.data() + text_.size(), value);
        if (failed != std::errc{} || value == 0 || value > gtid_set::number_max)
            fail("a number from 1 to 2^63 - 2");
        at_ += static_cast<std::size_t>(end - begin);
        return value;
    }

    [[noreturn]] void fail(std::string_view expected) const {
        throw error(fmt::format("not a GTID set: expected {} at character {} of '{}'", expected,
                                at_ + 1, text_.substr(0, 200)));
    }

  private:
    void skip_space() {
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    }
    int digit() {
        const int value = at_ < text_.size() ? hex_value(text_[at_]) : -1;
        if (value < 0) fail("a UUID");
        ++at_;
        return value;
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

/// Reads the binary form from left to right.
class byte_scanner {
  public:
    explicit byte_scanner(std::span<const std::byte> bytes) : bytes_(bytes) {}

    std::span<const std::byte> take(std::size_t count) {
        if (count > bytes_.size()) throw error("a GTID set ends early");
        const auto taken = bytes_.first(count);
        bytes_ = bytes_.subspan(count);
        return taken;
    }
    std::uint64_t integer() {
        std::uint64_t value = 0;
        const auto from = take(8);
        for (std::size_t i = 8; i-- > 0;)
            value = value << 8 | std::to_integer<std::uint8_t>(from[i]);
        return value;
    }
    std::size_t left() const { return bytes_.size(); }

  private:
    std::span<const std::byte> bytes_;
};

void append_integer(std::vector<std::byte>& to, std::uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8)
        to.push_back(static_cast<std::byte>(value >> shift & 0xff));
}

std::string uuid_text(const std::array<std::uint8_t, 16>& uuid) {
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < uuid.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        constexpr std::string_view digits = "0123456789abcdef";
        text += digits[uuid[i] >> 4U];
        text += digits[uuid[i] & 15U];
    }
    return text;
}

}  // namespace

std::string gtid_source::text() const {
    return tag.empty() ? uuid_text(uuid) : uuid_text(uuid) + ":" + tag;
}

void gtid_set::normalize(intervals& of) {
    std::sort(of.begin(), of.end(),
              [](const interval& a, const interval& b) { return a.first < b.first; });
    std::size_t kept = 0;
    for (const interval& next : of) {
        if (kept > 0 && next.first <= of[kept - 1].last + 1)
            of[kept - 1].last = std::max(of[kept - 1].last, next.last);
        else
            of[kept++] = next;
    }
    of.resize(kept);
}

gtid_set gtid_set::parse(std::string_view text) {
    gtid_set set;
    text_scanner scan(text);
    while (!scan.at_end()) {
        if (scan.accept(',')) continue;
        gtid_source source{scan.uuid(), {}};
        intervals* of = nullptr;
        if (!scan.accept(':')) scan.fail("':'");
        do {
            if (auto tag = scan.tag()) {
                source.tag = std::move(*tag);
                of = nullptr;
                continue;
            }
            const std::uint64_t first = scan.number();
            const std::uint64_t last = scan.accept('-') ? scan.number() : first;
            if (last < first) scan.fail("an interval that ascends");
            if (of == nullptr) of = &set.sources_[source];
            of->push_back({first, last});
        } while (scan.accept(':'));
        if (of == nullptr) scan.fail("':' and a number");
        if (!scan.at_end() && !scan.accept(',')) scan.fail("',' or the end");
    }
    for (auto& [source, of] : set.sources_) normalize(of);
    return set;
}

// Layout: u64 count, then for each source the UUID, in the tagged form the tag's length times two
// in one byte and the tag, u64 count of intervals, for each u64 first and u64 last + 1. The count's
// highest byte tells the form; the tagged form repeats it in the lowest byte.
gtid_set gtid_set::decode(std::span<const std::byte> bytes) {
    gtid_set set;
    byte_scanner scan(bytes);
    std::uint64_t count = scan.integer();
    const std::uint64_t format = count >> 56;
    if (format > tagged_format)
        throw error(fmt::format("a GTID set in the unknown binary form {}", format));
    const bool tagged = format == tagged_format;
    if (tagged) count = count << 8 >> 16;
    for (; count > 0; --count) {
        gtid_source source;
        const auto uuid = scan.take(source.uuid.size());
        std::transform(uuid.begin(), uuid.end(), source.uuid.begin(),
                       [](std::byte b) { return std::to_integer<std::uint8_t>(b); });
        if (tagged) {
            const auto length = std::to_integer<std::size_t>(scan.take(1)[0]);
            if (length % 2 != 0 || length / 2 > tag_length_max)
                throw error("a GTID set holds a tag of more than 32 characters");
            for (const std::byte b : scan.take(length / 2)) {
                const char c = std::to_integer<char>(b);
                if (!(source.tag.empty() ? begins_tag(c) : continues_tag(c)))
                    throw error("a GTID set holds a tag with an illegal character");
                source.tag += lower(c);
            }
        }
        const std::uint64_t interval_count = scan.integer();
        if (interval_count > scan.left() / 16) throw error("a GTID set ends early");
        if (interval_count == 0) continue;
        intervals& of = set.sources_[source];
        for (std::uint64_t i = 0; i < interval_count; ++i) {
            const std::uint64_t first = scan.integer(), end = scan.integer();
            if (first == 0 || end <= first || end - 1 > number_max)
                throw error(fmt::format("a GTID set holds the interval {}-{}", first, end));
            of.push_back({first, end - 1});
        }
    }
    if (scan.left() > 0) throw error("bytes after the end of a GTID set");
    for (auto& [source, of] : set.sources_) normalize(of);
    return set;
}

std::vector<std::byte> gtid_set::encoded() const {
    const bool tagged = has_tags();
    std::vector<std::byte> out;
    const std::uint64_t count = sources_.size();
    append_integer(out, tagged ? tagged_format << 56 | count << 8 | tagged_format : count);
    for (const auto& [source, of] : sources_) {
        for (const std::uint8_t b : source.uuid) out.push_back(static_cast<std::byte>(b));
        if (tagged) {
            out.push_back(static_cast<std::byte>(source.tag.size() << 1U));
            for (const char c : source.tag) out.push_back(static_cast<std::byte>(c));
        }
        append_integer(out, of.size());
        for (const interval& each : of) {
            append_integer(out, each.first);
            append_integer(out, each.last + 1);
        }
    }
    return out;
}

std::string gtid_set::text() const {
    std::string text;
    const std::array<std::uint8_t, 16>* previous = nullptr;
    for (const auto& [source, of] : sources_) {
        if (previous == nullptr || *previous != source.uuid) {
            if (!text.empty()) text += ',';
            text += uuid_text(source.uuid);
        }
        previous = &source.uuid;
        if (!source.tag.empty()) text += ":" + source.tag;
        for (const interval& each : of) {
            text += fmt::format(":{}", each.first);
            if (each.last > each.first) text += fmt::format("-{}", each.last);
        }
    }
    return text;
}

void gtid_set::add(const gtid_source& source, std::uint64_t number) {
    if (number == 0 || number > number_max)
        throw error(fmt::format("a GTID with the number {}", number));
    intervals& of = sources_[source];
    // The first interval that ends at number - 1 or later: the only one that can grow upwards.
    auto at = std::lower_bound(of.begin(), of.end(), number,
                               [](const interval& a, std::uint64_t n) { return a.last + 1 < n; });
    if (at == of.end() || number + 1 < at->first) {
        of.insert(at, {number, number});
        return;
    }
    if (number < at->first) at->first = number;
    if (number <= at->last) return;
    at->last = number;
    const auto next = std::next(at);
    if (next != of.end() && next->first == number + 1) {
        at->last = next->last;
        of.erase(next);
    }
}

void gtid_set::add(const gtid_set& other) {
    for (const auto& [source, from] : other.sources_) {
        intervals& of = sources_[source];
        of.insert(of.end(), from.begin(), from.end());
        normalize(of);
    }
}

gtid_set gtid_set::gaps_behind(const gtid_set& seen) const {
    gtid_set gaps;
    for (const auto& [source, all] : sources_) {
        const auto known = seen.sources_.find(source);
        std::uint64_t next = known == seen.sources_.end() ? 1 : known->second.back().last + 1;
        for (const interval& one : all) {
            if (one.first > next) gaps.sources_[source].push_back({next, one.first - 1});
            next = std::max(next, one.last + 1);
        }
    }
    return gaps;
}

gtid_set gtid_set::without(const gtid_set& other) const {
    gtid_set left;
    for (const auto& [source, mine] : sources_) {
        const auto found = other.sources_.find(source);
        if (found == other.sources_.end()) {
            left.sources_.emplace(source, mine);
            continue;
        }
        intervals kept;
        auto cut = found->second.begin();
        const auto cuts_end = found->second.end();
        for (interval rest : mine) {
            while (cut != cuts_end && cut->last < rest.first) ++cut;
            bool some_left = true;
            for (auto next = cut; next != cuts_end && next->first <= rest.last; ++next) {
                if (next->first > rest.first) kept.push_back({rest.first, next->first - 1});
                some_left = next->last < rest.last;
                if (!some_left) break;
                rest.first = next->last + 1;
            }
            if (some_left) kept.push_back(rest);
        }
        if (!kept.empty()) left.sources_.emplace(source, std::move(kept));
    }
    return left;
}

std::optional<std::pair<gtid_source, std::uint64_t>> gtid_set::single() const {
    if (sources_.size() != 1) return std::nullopt;
    const auto& [source, all] = *sources_.begin();
    if (all.size() != 1 || all.front().first != all.front().last) return std::nullopt;
    return std::pair(source, all.front().first);
}

bool gtid_set::contains(const gtid_source& source, std::uint64_t number) const {
    const auto found = sources_.find(source);
    if (found == sources_.end()) return false;
    const auto at = std::lower_bound(found->second.begin(), found->second.end(), number,
                                     [](const interval& a, std::uint64_t n) { return a.last < n; });
    return at != found->second.end() && at->first <= number;
}

bool gtid_set::is_subset_of(const gtid_set& other) const {
    return without(other).empty();
}

bool gtid_set::has_tags() const {
    return std::any_of(sources_.begin(), sources_.end(),
                       [](const auto& entry) { return !entry.first.tag.empty(); });
}

}  // namespace segue::binlog
