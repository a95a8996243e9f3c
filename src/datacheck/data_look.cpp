#include "src/datacheck/data_look.hpp"

#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "src/datacheck/key_parts.hpp"
#include "src/datacheck/suspects.hpp"
#include "src/rows/bound_finder.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace segue::datacheck {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t rows_at_first = 1'000;
constexpr std::uint64_t rows_min = 50;
constexpr std::uint64_t rows_max = 50'000;
constexpr milliseconds step_short{50};
constexpr milliseconds step_long{200};
constexpr std::uint64_t rows_worth_dividing = 20'000;
constexpr unsigned parts_wanted = 32;
constexpr unsigned tried_max = 100;
constexpr std::uint64_t tried_bytes_max = std::uint64_t{4} << 20U;
constexpr unsigned alike_max = 20;
// So many rows that a condition meant and the server took: it means too much.
constexpr unsigned acquitted_max = 50;
constexpr milliseconds load_looked_at_every{1'000};

struct part {
    keys::key_range rest;
    bool begun = false;
    bool over = false;
};

class walk {
  public:
    walk(db::session& session, const subject& of, const look_limits& within,
         const std::stop_token& stop)
        : session_(session),
          of_(of),
          within_(within),
          stop_(stop),
          began_(within.clock.now()),
          load_looked_at_(began_ - load_looked_at_every),
          suspicious_(is_suspicious(of)) {}

    look_result made() && {
        try {
            go();
        } catch (const error& failure) {
            if (stop_.stop_requested()) throw stopped();
            result_.ended_by = failure.what();
        }
        result_.took = taken();
        result_.percent = percent();
        return std::move(result_);
    }

  private:
    milliseconds taken() const {
        return std::chrono::duration_cast<milliseconds>(within_.clock.now() - began_);
    }

    void go() {
        // EXISTS as it stands: by the index, for one row after the other, and never by a table of
        // all that is there.
        session_.execute("SET SESSION optimizer_switch='semijoin=off,materialization=off'");
        bound_statements(within_.statement_max);
        std::vector<part> parts;
        for (const auto& range :
             parts_of(session_, of_.texts, of_.by,
                      of_.source.rows_estimate < rows_worth_dividing ? 1 : parts_wanted))
            parts.push_back({.rest = range});
        // Its ends first: what was wrong once is often wrong in the oldest rows, or the newest.
        if (parts.size() > 2) std::swap(parts[1], parts.back());
        while (std::ranges::any_of(parts, [](const part& one) { return !one.over; }))
            for (part& one : parts)
                if (!one.over && !step(one)) return;
        result_.whole = !passed_over_;
        result_.in_one_range = result_.whole && parts.size() < 2 && steps_ < 2;
    }

    // Whether there is more to be looked at.
    bool step(part& of) {
        if (stop_.stop_requested()) throw stopped();
        if (result_.refused || !may_go_on()) return false;
        const auto began = within_.clock.now();
        try {
            look(of);
        } catch (const error& failure) {
            if (failure.mysql_errno() != er::query_timeout) throw;
            // A part in which even few rows take too long is left alone.
            of.over = rows_ <= rows_min;
            passed_over_ = passed_over_ || of.over;
            rows_ = std::max(rows_min, rows_ / 8);
            return true;
        }
        ++steps_;
        const auto took = within_.clock.now() - began;
        if (took < step_short) rows_ = std::min(rows_max, rows_ * 2);
        if (took > step_long) rows_ = std::max(rows_min, rows_ / 2);
        return !result_.refused;
    }

    bool may_go_on() {
        const auto now = within_.clock.now();
        const auto left = within_.budget - std::chrono::duration_cast<milliseconds>(now - began_);
        if (left < milliseconds(1)) return false;
        if (left < within_.statement_max) bound_statements(left);
        if (!within_.busy || now - load_looked_at_ < load_looked_at_every) return true;
        load_looked_at_ = now;
        const auto why = within_.busy(session_);
        if (why) result_.ended_by = *why;
        return !why;
    }

    void bound_statements(milliseconds most) {
        session_.execute(fmt::format("SET SESSION max_execution_time={}", most.count()));
    }

    void look(part& of) {
        const auto bound = rows::find_bound(session_, of_.texts, of.rest, rows_);
        const keys::key_range range{.after = of.rest.after, .up_to = bound ? bound : of.rest.up_to};
        look_for_suspects(range);
        for (const unique_doubt& doubt : of_.in_doubt.unique)
            if (!result_.refused && !doubt.source_index) look_for_alike(doubt, range);
        if (!result_.refused && !of.begun && !of_.in_doubt.only_tried.empty()) try_some(range);
        of.begun = true;
        rows_seen_ += bound ? rows_ : rows_ / 2;
        of.rest.after = range.up_to;
        of.over = !bound || bound == of.rest.up_to;
    }

    void look_for_suspects(keys::key_range range) {
        while (!suspicious_.empty() && acquitted_ < acquitted_max) {
            const auto found = session_.query(first_that(of_, range, suspicious_));
            if (found.empty()) return;
            const auto key = of_.texts.codec().from_row(found.front());
            judge(std::array{key});
            for (const unique_doubt& doubt : of_.in_doubt.unique) {
                if (result_.refused || !doubt.source_index) continue;
                const auto other = session_.query(row_like(of_, doubt, key));
                if (!other.empty())
                    judge(std::array{key, of_.texts.codec().from_row(other.front())});
            }
            if (result_.refused) return;
            ++acquitted_;
            range.after = key;
        }
        passed_over_ = passed_over_ || !suspicious_.empty();
    }

    void look_for_alike(const unique_doubt& doubt, const keys::key_range& range) {
        std::vector<keys::key_value> keys;
        for (const db::row& found : session_.query(alike_in(of_, doubt, range, alike_max)))
            keys.push_back(of_.texts.codec().from_row(found));
        // By the key, so that the earlier row is named first.
        if (of_.texts.codec().ordered()) std::ranges::sort(keys);
        if (!keys.empty()) judge(keys);
    }

    // What no condition tells: a few rows become what copying makes of them.
    void try_some(const keys::key_range& range) {
        const std::uint64_t row_bytes =
            of_.source.data_bytes / std::max<std::uint64_t>(1, of_.source.rows_estimate) + 1;
        const auto most = std::clamp<std::uint64_t>(tried_bytes_max / row_bytes, 1, tried_max);
        std::vector<keys::key_value> keys;
        for (const db::row& found : session_.query(
                 of_.texts.keys_in(range, std::min<std::uint64_t>(most, of_.texts.keys_max()))))
            keys.push_back(of_.texts.codec().from_row(found));
        result_.rows_tried += keys.size();
        if (!keys.empty()) judge(keys);
    }

    void judge(std::span<const keys::key_value> keys) {
        result_.refused = refused_of(session_, of_.texts, keys);
    }

    unsigned percent() const {
        constexpr std::uint64_t all = 100;
        if (result_.whole) return all;
        const auto rows = std::max<std::uint64_t>({1, of_.source.rows_estimate, rows_seen_});
        return static_cast<unsigned>(std::min(all - 1, rows_seen_ * all / rows));
    }

    db::session& session_;
    const subject& of_;
    const look_limits& within_;
    const std::stop_token& stop_;
    const clock_source::time_point began_;
    clock_source::time_point load_looked_at_;
    const std::string suspicious_;
    std::uint64_t rows_ = rows_at_first;
    std::uint64_t rows_seen_ = 0;
    std::uint64_t steps_ = 0;
    unsigned acquitted_ = 0;
    bool passed_over_ = false;  ///< Something in a part could not be looked at.
    look_result result_;
};

}  // namespace

look_result look_at_rows(db::session& session, const subject& of, const look_limits& within,
                         std::stop_token stop) {
    return walk(session, of, within, stop).made();
}

}  // namespace segue::datacheck
