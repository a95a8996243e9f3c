#include "src/backfill/verification.hpp"

#include "src/base/error.hpp"
#include "src/base/pause.hpp"
#include "src/db/retry.hpp"
#include "src/rows/bound_finder.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <string>
#include <vector>

namespace segue::backfill {
namespace {

using keys::key_value;

constexpr std::size_t named_max = 10;
// Of rows that were not to be set so many are judged by the server; more are counted as they seem.
constexpr std::uint64_t others_judged_max = 10'000;

class verification {
  public:
    explicit verification(const walker::parts& with)
        : with_(with),
          setter_(with.made, with.texts),
          session_(with.sessions, with.failures_max, db::lock_conflicts::failures),
          sizer_(with.pace) {}

    verdict run(std::stop_token stop) {
        with_.count.walked_before = 0;
        with_.count.walked = 0;
        keys::key_range left;
        for (bool more = true; more;) {
            with_.throttler.wait_until_clear(stop);
            const std::uint64_t rows = sizer_.rows();
            const auto began = std::chrono::steady_clock::now();
            keys::key_range range = left;
            verdict seen;
            session_.run("verify", stop, [&](db::session& on) {
                range.up_to = rows::find_bound(on, with_.texts.walk(), left, rows);
                seen = found_;
                look_at(on, range, seen, stop);
            });
            found_ = std::move(seen);
            const auto took = std::chrono::steady_clock::now() - began;
            more = range.up_to.has_value();
            if (more) with_.count.walked += rows;
            sizer_.copied(rows, took);
            left.after = range.up_to;
            const auto rest = sizer_.rest_after(took);
            if (rest.count() > 0) pause_for(rest, stop);
        }
        return found_;
    }

  private:
    void look_at(db::session& on, const keys::key_range& range, verdict& into,
                 const std::stop_token& stop) {
        into.rows_matching +=
            db::to_uint64(on.query_value(with_.texts.count_matching(range)), "COUNT(*)");
        each_batch(on, range, /*matching=*/true, stop, [&](const std::vector<key_value>& keys) {
            into.rows_differing += judged(on, keys, into.differing);
        });
        if (!with_.made.has_where || with_.made.differs_each_time) return;
        each_batch(on, range, /*matching=*/false, stop, [&](const std::vector<key_value>& keys) {
            if (into.others_differing < others_judged_max) {
                into.others_differing += judged(on, keys, into.others);
                return;
            }
            into.others_differing += keys.size();
            into.others_are_estimated = true;
        });
    }

    template <typename Take>
    void each_batch(db::session& on, keys::key_range range, bool matching,
                    const std::stop_token& stop, Take take) {
        const std::size_t rows_max = with_.texts.keys_max();
        for (;;) {
            if (stop.stop_requested()) throw stopped();
            const auto keys =
                setter_.read_keys(on, with_.texts.suspects(range, matching, rows_max));
            if (!keys.empty()) take(keys);
            if (keys.size() < rows_max) return;
            range.after = keys.back();
        }
    }

    // Those that somebody else has locked are taken for what they seem to be.
    std::uint64_t judged(db::session& on, const std::vector<key_value>& keys,
                         std::vector<std::string>& named) {
        row_setter::differing found{.rows = keys.size(), .first = keys};
        if (!with_.made.differs_each_time) found = judged_by_server(on, keys, named.size());
        for (const key_value& key : found.first) {
            if (named.size() == named_max) break;
            named.push_back(with_.texts.codec().describe(key));
        }
        return found.rows;
    }

    row_setter::differing judged_by_server(db::session& on, const std::vector<key_value>& keys,
                                           std::size_t named) {
        on.execute("START TRANSACTION");
        row_setter::differing found;
        try {
            const auto got = setter_.read_keys(on, with_.texts.lock_any(keys));
            found = setter_.find_differing(on, got, named_max - std::min(named, named_max));
            const std::set<key_value> seen(got.begin(), got.end());
            std::vector<key_value> locked;
            for (const key_value& key : keys)
                if (!seen.contains(key)) locked.push_back(key);
            if (!locked.empty()) locked = setter_.read_keys(on, with_.texts.unsettled(locked));
            found.rows += locked.size();
            found.first.insert(found.first.end(), locked.begin(), locked.end());
        } catch (const error& failure) {
            if (failure.connection_lost()) throw;
            on.execute("ROLLBACK");
            if (!db::is_conflict(failure)) throw;
            return {.rows = keys.size(), .first = keys};
        }
        on.execute("ROLLBACK");
        return found;
    }

    const walker::parts& with_;
    const row_setter setter_;
    db::retrying_session session_;
    carry::chunk_sizer sizer_;
    verdict found_;
};

}  // namespace

verdict verify(const walker::parts& with, std::stop_token stop) {
    return verification(with).run(stop);
}

}  // namespace segue::backfill
