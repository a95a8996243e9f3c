#include "src/changes/stream_feed.hpp"

#include "src/base/error.hpp"
#include "src/sql/ddl_text.hpp"
#include "src/sql/identifier_case.hpp"
#include "throttle/heartbeat_value.hpp"

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

#include <fmt/format.h>

namespace segue::changes {
namespace {

constexpr std::size_t original_rows = 0;
constexpr std::size_t changelog_rows = 1;
constexpr std::size_t shown_text_max = 200;

std::string shown(std::string_view text) {
    if (text.size() <= shown_text_max) return std::string(text);
    return std::string(text.substr(0, shown_text_max)) + "...";
}

sql::logged_text logged(const binlog::statement& seen) {
    return {.text = seen.text,
            .default_schema = seen.default_schema,
            .sql_mode = seen.sql_mode,
            .client_collation = seen.client_collation};
}

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

}  // namespace

stream_feed::stream_feed(table watched, const keys::key_codec& codec, const heartbeat& markers,
                         change_set& changes, std::stop_token stop)
    : watched_(std::move(watched)),
      codec_(codec),
      markers_(markers),
      changes_(changes),
      stop_(std::move(stop)) {}

std::vector<binlog::table_subscription> stream_feed::subscriptions(
    const schema::row_key& key, const table_name& changelog) const {
    std::vector<unsigned> key_ordinals;
    for (const auto& column : key.columns) key_ordinals.push_back(column.ordinal);
    return {{.schema = watched_.original.schema,
             .table = watched_.original.name,
             .columns = key_ordinals},
            {.schema = changelog.schema,
             .table = changelog.name,
             .columns = {heartbeat::value_column}}};
}

void stream_feed::set_unrelated_xa(std::set<std::string> xids) {
    std::lock_guard lock(mutex_);
    unrelated_xa_ = std::move(xids);
}

bool stream_feed::wait_for_marker(std::uint64_t number, std::chrono::steady_clock::time_point until,
                                  std::stop_token stop) {
    std::unique_lock lock(mutex_);
    const bool seen =
        changed_.wait_until(lock, stop, until, [&] { return marker_seen_ >= number; });
    if (!seen && stop.stop_requested()) throw stopped();
    return seen;
}

bool stream_feed::wait_until_past(const binlog::gtid_set& transactions,
                                  std::chrono::steady_clock::time_point until,
                                  std::stop_token stop) {
    const binlog::stream_position end(transactions);
    std::unique_lock lock(mutex_);
    const bool past =
        changed_.wait_until(lock, stop, until, [&] { return reaches(position_, end); });
    if (!past && stop.stop_requested()) throw stopped();
    return past;
}

bool stream_feed::is_past(const binlog::stream_position& end) const {
    std::lock_guard lock(mutex_);
    return reaches(position_, end);
}

std::size_t stream_feed::held_for_xa() const {
    return held_keys_.load();
}

binlog::stream_position stream_feed::position() const {
    std::lock_guard lock(mutex_);
    return position_;
}

std::optional<std::chrono::system_clock::time_point> stream_feed::last_heartbeat() const {
    std::lock_guard lock(mutex_);
    return last_heartbeat_;
}

void stream_feed::on_begin(const std::optional<std::string>& xid) {
    current_xid_ = xid;
    // Also where it changes nothing of ours: then it is known, when it is committed.
    if (xid) held_.begin(*xid);
}

void stream_feed::on_table(const binlog::table_shape& shape) {
    if (shape.subscription != original_rows || shape.column_types.size() == watched_.columns)
        return;
    throw error(
        fmt::format("rows of {} in the binary log have {} columns, the table had {}: it was "
                    "altered while it was migrated",
                    watched_.original.quoted(), shape.column_types.size(), watched_.columns));
}

void stream_feed::keep(keys::key_value key) {
    if (current_xid_) {
        held_.add(*current_xid_, std::move(key));
        held_keys_ = held_.keys();
    } else {
        changes_.add(std::move(key), stop_);
    }
}

void stream_feed::see_changelog(const binlog::row_change& change) {
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
    marker_seen_ = std::max(marker_seen_, *number);
    changed_.notify_all();
}

void stream_feed::on_row(const binlog::row_change& change) {
    if (change.subscription == changelog_rows) {
        see_changelog(change);
        return;
    }
    ++changes_seen_;
    if (change.kind == binlog::row_change_kind::insert) {
        keep(codec_.from_images(change.after));
        return;
    }
    keys::key_value before = codec_.from_images(change.before);
    if (change.kind == binlog::row_change_kind::update) {
        keys::key_value after = codec_.from_images(change.after);
        if (after != before) keep(std::move(after));
    }
    keep(std::move(before));
}

bool stream_feed::same_schema(std::string_view schema) const {
    return sql::same_table_name(schema, watched_.original.schema, watched_.case_insensitive_names);
}

void stream_feed::on_statement(const binlog::statement& seen) {
    if (seen.is == binlog::statement::kind::data_change) {
        const bool elsewhere =
            seen.updated_schemas && !seen.updated_schemas->empty() &&
            std::none_of(seen.updated_schemas->begin(), seen.updated_schemas->end(),
                         [&](const std::string& schema) { return same_schema(schema); });
        if (elsewhere) return;
        throw error(fmt::format(
            "a statement that may change rows of {} stands in the binary log as text, so which "
            "rows "
            "it changed cannot be known: {}. Let every session that writes use binlog_format=ROW, "
            "and start again.",
            watched_.original.quoted(), shown(seen.text)));
    }
    see_definition(seen);
}

void stream_feed::see_definition(const binlog::statement& seen) {
    const bool own_swap = swap_expected_ && sql::verb_of(seen.text) == sql::ddl_verb::rename_table;
    const auto touch =
        own_swap ? sql::ddl_touch::none
                 : sql::touch_of(logged(seen), watched_.original, watched_.case_insensitive_names);
    if (touch == sql::ddl_touch::touched)
        throw error(
            fmt::format("the table {} was redefined by another session while it was "
                        "migrated: {}",
                        watched_.original.quoted(), shown(seen.text)));
    if (touch == sql::ddl_touch::unreadable)
        throw error(
            fmt::format("a statement of the binary log cannot be read, so it may have redefined "
                        "the table {} while it was migrated: {}",
                        watched_.original.quoted(), shown(seen.text)));
    if (touch == sql::ddl_touch::perhaps) ++possible_children_;
    definition_seen_ = true;
}

void stream_feed::on_end(ending how) {
    if (!current_xid_) return;
    const std::string xid = *std::exchange(current_xid_, std::nullopt);
    if (how == ending::committed) on_xa_commit(xid);
    if (how == ending::rolled_back) on_xa_rollback(xid);
}

void stream_feed::on_xa_commit(const std::string& xid) {
    if (!held_.knows(xid)) {
        std::lock_guard lock(mutex_);
        if (unrelated_xa_.erase(xid) > 0 || unknown_xa_passes_) return;
        throw error(
            fmt::format("XA COMMIT of {} stands in the binary log, but it was prepared before "
                        "the migration began, so what it changed is not known. Start again "
                        "when no prepared XA transaction is left (XA RECOVER).",
                        xid));
    }
    held_.release(xid, [&](keys::key_value key) { changes_.add(std::move(key), stop_); });
    held_keys_ = held_.keys();
}

void stream_feed::on_xa_rollback(const std::string& xid) {
    held_.forget(xid);
    held_keys_ = held_.keys();
    std::lock_guard lock(mutex_);
    unrelated_xa_.erase(xid);
}

void stream_feed::on_boundary(const binlog::stream_position& position) {
    std::lock_guard lock(mutex_);
    position_ = position;
    changed_.notify_all();
}

void stream_feed::on_reconnect() {
    // The transaction that was cut off comes again from its start.
    if (const auto xid = std::exchange(current_xid_, std::nullopt)) on_xa_rollback(*xid);
}

}  // namespace segue::changes
