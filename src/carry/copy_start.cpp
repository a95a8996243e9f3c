#include "src/carry/copy_start.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace segue::carry {
namespace {

using tables::tail_chunk;

std::optional<chunk> open_tail(const tables::saved_state& of) {
    chunk tail{.id = tail_chunk, .range = {.after = of.copy->end, .up_to = std::nullopt}};
    if (of.done.chunks_below > tail_chunk) return std::nullopt;
    const auto found = std::ranges::find(of.chunks, tail_chunk, &tables::chunk_progress::chunk);
    if (found == of.chunks.end()) return tail;
    if (!found->done.up_to) return std::nullopt;
    tail.begun_up_to = found->done.up_to;
    tail.rows = found->rows;
    return tail;
}

// What was in flight behind `before`: its rest, or whole chunks, or both. All of it is the rest of
// that chunk now, whose row says where it begins; without one it is a chunk with a number of its
// own.
chunk chunk_in_gap(const copy_start& so_far, const tables::chunk_progress* before,
                   const std::optional<keys::key_value>& up_to) {
    if (before == nullptr)
        return {.id = so_far.next_chunk, .range = {.after = so_far.watermark, .up_to = up_to}};
    return {.id = before->chunk,
            .range = {.after = before->done.after, .up_to = up_to},
            .begun_up_to = before->done.up_to,
            .rows = before->rows};
}

void check_keys(const tables::saved_state& of, const keys::key_codec& codec) {
    const auto check = [&](const std::optional<keys::key_value>& key) {
        if (key) static_cast<void>(codec.literals(*key));
    };
    check(of.copy->end);
    check(of.done.up_to);
    for (const auto& one : of.chunks) {
        check(one.done.after);
        check(one.done.up_to);
    }
    for (const auto& key : of.evicted.keys) check(key);
}

// Whether what is done of a chunk lies behind the one before it, and not beyond the copy's end.
// An open `after` is below all keys.
bool ascend(const std::optional<keys::key_value>& watermark, const keys::key_range& done,
            const std::optional<keys::key_value>& end) {
    return watermark <= done.after && done.after < done.up_to && end && *done.up_to <= *end;
}

}  // namespace

std::vector<changes::change_set::open_chunk> copy_start::open_ranges() const {
    std::vector<changes::change_set::open_chunk> ranges;
    for (const chunk& one : open) ranges.push_back({.chunk = one.id, .range = one.rest()});
    return ranges;
}

copy_start copy_from_the_beginning(std::optional<keys::key_value> end) {
    chunk tail{.id = tail_chunk, .range = {.after = end, .up_to = std::nullopt}};
    return {.end = std::move(end), .watermark = {}, .open = {std::move(tail)}};
}

copy_start copy_that_goes_on(const tables::saved_state& from, const keys::key_codec& codec) {
    require(from.copy.has_value(), "the copy had begun");
    if (!from.resume_at)
        throw error(
            "the state of a run has no resume point in the binary log yet, so what was copied "
            "cannot be gone on from");
    check_keys(from, codec);
    copy_start start{.end = from.copy->end,
                     .watermark = from.done.up_to,
                     .open = {},
                     .next_chunk = std::max<std::uint64_t>(1, from.done.chunks_below),
                     .rows = from.done.rows,
                     .goes_on = true};
    if (auto tail = open_tail(from)) start.open.push_back(std::move(*tail));
    const tables::chunk_progress* before = nullptr;
    for (const auto& one : from.chunks) {
        start.rows += one.rows;
        if (one.chunk == tail_chunk) continue;  // All others ascend with their keys.
        if (one.chunk < start.next_chunk || !one.done.up_to ||
            (codec.ordered() && !ascend(start.watermark, one.done, from.copy->end)))
            throw error(
                fmt::format("the state of a run has a chunk {} that is out of order", one.chunk));
        if (one.done.after != start.watermark)
            start.open.push_back(chunk_in_gap(start, before, one.done.after));
        start.watermark = one.done.up_to;
        start.next_chunk = one.chunk + 1;
        before = &one;
    }
    return start;
}

}  // namespace segue::carry
