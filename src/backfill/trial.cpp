#include "src/backfill/trial.hpp"

#include "src/backfill/row_setter.hpp"
#include "src/backfill/statements.hpp"
#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "src/db/retry.hpp"
#include "src/preflight/sampled_values.hpp"
#include "src/rows/bound_finder.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <string>

#include <fmt/format.h>

namespace segue::backfill {
namespace {

using keys::key_value;
using preflight::sampled_row;
using preflight::values_of;
using std::chrono::steady_clock;

constexpr unsigned counted_within_milliseconds = 5'000;
constexpr std::chrono::seconds looks_for{2};
constexpr std::size_t rows_shown = 10;
constexpr std::size_t rows_in_transaction = 250;
constexpr std::size_t rows_sampled_max = 5'000;
constexpr std::uint64_t range_rows = 1'000;
constexpr std::uint64_t event_bytes = 12;  // of one row, beside its images

class attempt {
  public:
    attempt(db::session& session, const plan& made, const std::stop_token& stop)
        : session_(session), made_(made), stop_(stop), texts_(made), setter_(made, texts_) {
        for (const schema::set_column& set : made.sets) {
            for (const std::string& column : set.reads) add_once(reads_, column);
            add_once(written_, made.table.find_column(set.target)->name);
        }
    }

    trial run() {
        const auto until = steady_clock::now() + looks_for;
        keys::key_range left;
        if (made_.goes_on) left.after = made_.goes_on->done.up_to;
        for (bool more = true; more && done_.sampled < rows_sampled_max;) {
            if (stop_.stop_requested()) throw stopped();
            keys::key_range range = left;
            range.up_to = rows::find_bound(session_, texts_.walk(), left, range_rows);
            more = range.up_to.has_value();
            const auto keys = candidates(range);
            looked_at_ += more ? range_rows : std::max<std::uint64_t>(1, keys.size());
            wanted_ += keys.size();
            set(keys, until);
            if (!more) all_seen_ = true;
            left.after = range.up_to;
            if (steady_clock::now() > until) break;
        }
        count();
        estimate();
        return std::move(done_);
    }

  private:
    static void add_once(std::vector<std::string>& names, const std::string& name) {
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }

    std::vector<key_value> candidates(const keys::key_range& range) {
        try {
            return setter_.read_keys(session_, texts_.candidates(range));
        } catch (const error& failure) {
            if (failure.connection_lost() || !db::may_be_the_rows(failure)) throw;
            throw setter_.named_in(session_, range, failure);
        }
    }

    void set(std::span<const key_value> keys, steady_clock::time_point until) {
        while (!keys.empty() && done_.sampled < rows_sampled_max) {
            if (stop_.stop_requested()) throw stopped();
            const auto some = keys.first(std::min(keys.size(), rows_in_transaction));
            set_and_roll_back(some);
            keys = keys.subspan(some.size());
            if (steady_clock::now() > until) return;
        }
    }

    void set_and_roll_back(std::span<const key_value> keys) {
        auto shown = done_.first.size() < rows_shown
                         ? keys.first(std::min(keys.size(), rows_shown - done_.first.size()))
                         : std::span<const key_value>();
        session_.execute("START TRANSACTION");
        try {
            std::vector<sampled_row> rows =
                shown.empty() ? std::vector<sampled_row>() : before(shown);
            const auto bytes_before = image_bytes(keys);
            const auto began = steady_clock::now();
            const rows_set made = setter_.set(session_, keys);
            took_ += steady_clock::now() - began;
            const auto bytes_after = image_bytes(keys);
            if (made_.images_are_full)
                bytes_ += bytes_before.first + bytes_after.first;
            else
                bytes_ += bytes_after.second;
            bytes_of_ += keys.size();
            done_.sampled += made.got.size();
            changed_ += made.changed;
            if (!shown.empty()) add_after(shown, rows);
            for (sampled_row& row : rows) done_.first.push_back(std::move(row));
        } catch (const error& failure) {
            if (failure.connection_lost()) throw;
            session_.execute("ROLLBACK");
            if (db::is_conflict(failure)) return;
            if (!db::may_be_the_rows(failure) || failure.mysql_errno() == 0) throw;
            throw setter_.named(session_, keys, failure);
        }
        session_.execute("ROLLBACK");
    }

    std::pair<std::uint64_t, std::uint64_t> image_bytes(std::span<const key_value> keys) {
        const db::row found = session_.query_row(texts_.image_bytes(keys));
        const auto whole = [](const db::value& printed) {
            const std::string text = printed.value_or("0");
            return db::to_uint64(text.substr(0, text.find('.')), "SUM");
        };
        return {whole(found[0]), whole(found[1])};
    }

    std::vector<sampled_row> before(std::span<const key_value> keys) {
        std::vector<std::string> columns = reads_;
        columns.insert(columns.end(), written_.begin(), written_.end());
        const std::size_t key = texts_.codec().columns();
        std::vector<sampled_row> rows;
        for (const db::row& found : session_.query(texts_.values(keys, columns))) {
            const auto values = std::span(found);
            rows.push_back(
                {.key = texts_.codec().describe(texts_.codec().from_row(values.first(key))),
                 .reads = values_of(reads_, values.subspan(key)),
                 .before = values_of(written_, values.subspan(key + reads_.size())),
                 .after = {}});
        }
        return rows;
    }

    void add_after(std::span<const key_value> keys, std::vector<sampled_row>& rows) {
        const std::size_t key = texts_.codec().columns();
        std::map<std::string, std::vector<sampled_row::value>> now;
        for (const db::row& found : session_.query(texts_.values(keys, written_))) {
            const auto values = std::span(found);
            now.emplace(texts_.codec().describe(texts_.codec().from_row(values.first(key))),
                        values_of(written_, values.subspan(key)));
        }
        for (sampled_row& row : rows)
            if (const auto at = now.find(row.key); at != now.end()) row.after = at->second;
    }

    void count() {
        if (all_seen_ && done_.sampled == wanted_) {
            done_.rows = changed_;
            done_.rows_are_counted = true;
            return;
        }
        try {
            done_.rows = db::to_uint64(
                session_.query_value(texts_.count_candidates(counted_within_milliseconds)),
                "COUNT(*)");
            done_.rows_are_counted = true;
        } catch (const error& failure) {
            if (failure.mysql_errno() != er::query_timeout) throw;
            done_.rows = static_cast<std::uint64_t>(
                static_cast<double>(made_.table.rows_estimate) * static_cast<double>(wanted_) /
                static_cast<double>(std::max<std::uint64_t>(1, looked_at_)));
        }
        leave_out_what_stays();
    }

    // The condition finds rows that may change.
    void leave_out_what_stays() {
        if (done_.sampled == 0 || changed_ == done_.sampled) return;
        done_.rows = static_cast<std::uint64_t>(static_cast<double>(done_.rows) *
                                                static_cast<double>(changed_) /
                                                static_cast<double>(done_.sampled));
        done_.rows_are_counted = false;
    }

    void estimate() {
        const double seconds = std::chrono::duration<double>(took_).count();
        if (done_.sampled > 0 && seconds > 0)
            done_.rows_per_second = std::max<std::uint64_t>(
                1, static_cast<std::uint64_t>(static_cast<double>(done_.sampled) / seconds));
        if (bytes_of_ > 0) done_.log_bytes = done_.rows * (bytes_ / bytes_of_ + event_bytes);
    }

    db::session& session_;
    const plan& made_;
    const std::stop_token& stop_;
    const statements texts_;
    const row_setter setter_;
    std::vector<std::string> reads_;
    std::vector<std::string> written_;
    trial done_;
    std::uint64_t looked_at_ = 0;
    std::uint64_t wanted_ = 0;
    std::uint64_t changed_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint64_t bytes_of_ = 0;
    std::chrono::nanoseconds took_{0};
    bool all_seen_ = false;
};

}  // namespace

std::chrono::seconds trial::duration() const {
    if (rows == 0 || rows_per_second == 0) return std::chrono::seconds(0);
    return std::chrono::seconds((rows + rows_per_second - 1) / rows_per_second);
}

trial try_some(db::session& session, const plan& made, const std::stop_token& stop) {
    return attempt(session, made, stop).run();
}

}  // namespace segue::backfill
