#include "src/changes/router.hpp"

#include "src/base/error.hpp"
#include "throttle/heartbeat_value.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <tuple>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace segue::changes {
namespace {

// False where the two are not of one kind.
bool reaches(const binlog::stream_position& seen, const binlog::stream_position& end) {
    if (seen.index() != end.index()) return false;
    if (const auto* const wanted = std::get_if<binlog::gtid_set>(&end))
        return wanted->is_subset_of(std::get<binlog::gtid_set>(seen));
    // binlog.999999 is followed by binlog.1000000.
    const auto place = [](const binlog::stream_position& of) {
        const auto& at = std::get<binlog::file_position>(of);
        return std::tuple(at.file.size(), at.file, at.offset);
    };
    return place(seen) >= place(end);
}

// The columns of one feed's key, out of those of all feeds of the table.
class picked {
  public:
    picked(std::span<const binlog::column_image> all, const std::vector<std::size_t>& picks) {
        if (all.empty()) return;
        columns_.reserve(picks.size());
        for (const std::size_t pick : picks) columns_.push_back(all[pick]);
    }
    std::span<const binlog::column_image> columns() const { return columns_; }

  private:
    std::vector<binlog::column_image> columns_;
};

}  // namespace

router::router(const barrier& markers, table_name changelog, std::vector<table_feed*> feeds)
    : markers_(markers), changelog_(std::move(changelog)), feeds_(std::move(feeds)) {
    require(!feeds_.empty(), "a stream is read for some table");
    for (table_feed* const feed : feeds_) {
        add(*feed);
        if (feed->target() != nullptr) written_.push_back(feed);
    }
}

void router::add(table_feed& feed) {
    auto at = std::find_if(tables_.begin(), tables_.end(), [&](const watched_table& one) {
        return one.wanted.schema == feed.original().schema &&
               one.wanted.table == feed.original().name;
    });
    if (at == tables_.end())
        at = tables_.insert(tables_.end(), {.wanted = {.schema = feed.original().schema,
                                                       .table = feed.original().name,
                                                       .columns = {}},
                                            .feeds = {}});
    auto& columns = at->wanted.columns;
    fed added{.feed = &feed, .picks = {}};
    for (const unsigned ordinal : feed.key_ordinals()) {
        const auto found = std::find(columns.begin(), columns.end(), ordinal);
        added.picks.push_back(static_cast<std::size_t>(found - columns.begin()));
        if (found == columns.end()) columns.push_back(ordinal);
    }
    at->feeds.push_back(std::move(added));
}

std::vector<binlog::table_subscription> router::subscriptions() const {
    std::vector<binlog::table_subscription> all;
    for (const watched_table& one : tables_) all.push_back(one.wanted);
    all.push_back({.schema = changelog_.schema,
                   .table = changelog_.name,
                   .columns = {barrier::value_column}});
    for (const table_feed* const feed : written_)
        all.push_back({.schema = feed->target()->schema,
                       .table = feed->target()->name,
                       .columns = {},
                       .only_who_writes = true});
    return all;
}

void router::set_unrelated_xa(std::set<std::string> xids) {
    std::lock_guard lock(mutex_);
    unrelated_xa_ = std::move(xids);
}

bool router::wait_for_marker(std::uint64_t number, std::chrono::steady_clock::time_point until,
                             std::stop_token stop) {
    std::unique_lock lock(mutex_);
    const bool seen =
        changed_.wait_until(lock, stop, until, [&] { return marker_seen_ >= number; });
    if (!seen && stop.stop_requested()) throw stopped();
    return seen;
}

bool router::wait_until_past(const binlog::gtid_set& transactions,
                             std::chrono::steady_clock::time_point until, std::stop_token stop) {
    const binlog::stream_position end(transactions);
    std::unique_lock lock(mutex_);
    const bool past =
        changed_.wait_until(lock, stop, until, [&] { return reaches(position_, end); });
    if (!past && stop.stop_requested()) throw stopped();
    return past;
}

bool router::is_past(const binlog::stream_position& end) const {
    std::lock_guard lock(mutex_);
    return reaches(position_, end);
}

binlog::stream_position router::position() const {
    std::lock_guard lock(mutex_);
    return position_;
}

std::optional<std::chrono::system_clock::time_point> router::last_heartbeat() const {
    std::lock_guard lock(mutex_);
    return last_heartbeat_;
}

void router::on_begin(const std::optional<std::string>& xid) {
    current_xid_ = xid;
    writers_of_transaction_.clear();
    if (!xid) return;
    for (table_feed* const feed : feeds_) feed->on_xa_begin(*xid);
}

void router::on_table(const binlog::table_shape& shape) {
    if (shape.subscription == tables_.size()) return;
    for (const fed& one : tables_[shape.subscription].feeds) one.feed->on_table(shape);
}

void router::see_changelog(const binlog::row_change& change) {
    if (change.after.empty() || change.after[0].is != binlog::column_image::state::present) return;
    const auto bytes = change.after[0].bytes;
    std::string value(bytes.size(), '\0');
    std::transform(bytes.begin(), bytes.end(), value.begin(),
                   [](std::byte byte) { return static_cast<char>(byte); });
    const auto number = markers_.marker_in(value);
    const auto beat = number ? std::nullopt : throttle::parse_heartbeat(value);
    std::lock_guard lock(mutex_);
    if (beat) last_heartbeat_ = beat;
    if (!number) return;
    if (marker_seen_ == 0)
        for (table_feed* const feed : feeds_) feed->watch_ours();
    marker_seen_ = std::max(marker_seen_, *number);
    changed_.notify_all();
}

void router::on_row(const binlog::row_change& change) {
    if (change.subscription == tables_.size()) {
        see_changelog(change);
        return;
    }
    ++changes_seen_;
    const watched_table& table = tables_[change.subscription];
    if (table.feeds.size() == 1) {
        table.feeds.front().feed->on_row(change, current_xid_);
        return;
    }
    for (const fed& one : table.feeds) {
        const picked before(change.before, one.picks);
        const picked after(change.after, one.picks);
        binlog::row_change theirs = change;
        theirs.before = before.columns();
        theirs.after = after.columns();
        one.feed->on_row(theirs, current_xid_);
    }
}

void router::on_written(std::size_t subscription, std::uint64_t connection) {
    table_feed* const feed = written_[subscription - tables_.size() - 1];
    if (current_xid_)
        feed->on_target_written(connection, current_xid_);
    else
        writers_of_transaction_.emplace_back(feed, connection);
}

void router::on_statement(const binlog::statement& seen) {
    for (table_feed* const feed : feeds_) feed->on_statement(seen);
}

void router::on_end(ending how) {
    // A transaction that is rolled back stands in the log where it changed what cannot be.
    for (const auto& [feed, connection] : std::exchange(writers_of_transaction_, {}))
        if (how == ending::committed) feed->on_target_written(connection, std::nullopt);
    const auto xid = std::exchange(current_xid_, std::nullopt);
    if (!xid) return;
    if (how == ending::committed) on_xa_commit(*xid);
    if (how == ending::rolled_back) on_xa_rollback(*xid);
}

void router::on_xa_commit(const std::string& xid) {
    // All of them were told of the same ones.
    if (!feeds_.front()->knows(xid)) {
        std::lock_guard lock(mutex_);
        if (unrelated_xa_.erase(xid) > 0 || unknown_xa_passes_) return;
        throw error(
            fmt::format("XA COMMIT of {} stands in the binary log, but it was prepared before "
                        "the migration began, so what it changed is not known. Start again "
                        "when no prepared XA transaction is left (XA RECOVER).",
                        xid),
            {.spoils_run = true});
    }
    for (table_feed* const feed : feeds_) feed->on_xa_commit(xid);
    std::lock_guard lock(mutex_);
    unrelated_xa_.erase(xid);
}

void router::on_xa_rollback(const std::string& xid) {
    for (table_feed* const feed : feeds_) feed->on_xa_rollback(xid);
    std::lock_guard lock(mutex_);
    unrelated_xa_.erase(xid);
}

void router::seek_place() {
    seeks_place_ = true;
}

std::optional<router::found_place> router::take_found_place() {
    std::lock_guard lock(mutex_);
    return std::exchange(found_, std::nullopt);
}

bool router::settled() const {
    for (std::size_t i = 0; i < feeds_.size(); ++i)
        if (!feeds_[i]->settled_before(candidate_->epochs[i])) return false;
    return true;
}

// Of the transactions that are known to be prepared at the place that is looked at, those that
// changed something of ours will have been committed or rolled back, and carried over, when it is
// settled.
void router::see_boundary(const binlog::stream_position& position) {
    if (!candidate_ && seeks_place_) {
        candidate_ = {.at = {.position = position, .settled_xa = {}}, .epochs = {}};
        for (table_feed* const feed : feeds_) {
            candidate_->epochs.push_back(feed->begin_epoch());
            feed->add_known_xa(candidate_->at.settled_xa);
        }
        std::lock_guard lock(mutex_);
        candidate_->at.settled_xa.insert(unrelated_xa_.begin(), unrelated_xa_.end());
    }
    if (!candidate_ || !settled()) return;
    seeks_place_ = false;
    std::lock_guard lock(mutex_);
    found_ = std::move(candidate_->at);
    candidate_.reset();
}

void router::on_boundary(const binlog::stream_position& position) {
    see_boundary(position);
    std::lock_guard lock(mutex_);
    position_ = position;
    changed_.notify_all();
}

void router::on_reconnect() {
    writers_of_transaction_.clear();
    // The transaction that was cut off comes again from its start.
    if (const auto xid = std::exchange(current_xid_, std::nullopt)) on_xa_rollback(*xid);
}

}  // namespace segue::changes
