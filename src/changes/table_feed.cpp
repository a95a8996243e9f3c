#include "src/changes/table_feed.hpp"

#include "src/base/error.hpp"
#include "src/sql/ddl_text.hpp"
#include "src/sql/identifier_case.hpp"

#include <algorithm>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace segue::changes {
namespace {

constexpr std::size_t shown_text_max = 200;

// It stands in the log, where every later run would come to it again.
const error_properties spoils{.spoils_run = true};

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

std::vector<unsigned> ordinals_of(const keys::key_codec& codec) {
    std::vector<unsigned> ordinals;
    for (const auto& column : codec.key().columns) ordinals.push_back(column.ordinal);
    return ordinals;
}

// The one statement of ours about them while they are watched.
bool sets_auto_increment(std::string_view text, const table_name& target) {
    const std::string begins = fmt::format("ALTER TABLE {} AUTO_INCREMENT=", target.quoted());
    return text.starts_with(begins) &&
           text.find_first_not_of("0123456789", begins.size()) == text.npos;
}

}  // namespace

table_feed::table_feed(table watched, const keys::key_codec& codec, change_set& changes,
                       std::stop_token stop)
    : watched_(std::move(watched)),
      key_ordinals_(ordinals_of(codec)),
      codec_(codec),
      changes_(changes),
      stop_(std::move(stop)) {}

void table_feed::on_table(const binlog::table_shape& shape) const {
    if (shape.column_types.size() == watched_.columns) return;
    throw error(
        fmt::format("rows of {} in the binary log have {} columns, the table had {}: it was "
                    "altered while it was {}",
                    watched_.original.quoted(), shape.column_types.size(), watched_.columns,
                    watched_.done),
        spoils);
}

void table_feed::keep(keys::key_value key, const std::optional<std::string>& xid) {
    if (xid) {
        held_.add(*xid, std::move(key));
        held_keys_ = held_.keys();
    } else {
        changes_.add(std::move(key), stop_);
    }
}

void table_feed::on_row(const binlog::row_change& change, const std::optional<std::string>& xid) {
    if (change.kind == binlog::row_change_kind::insert) {
        keep(codec_.from_images(change.after), xid);
        return;
    }
    keys::key_value before = codec_.from_images(change.before);
    if (change.kind == binlog::row_change_kind::update) {
        keys::key_value after = codec_.from_images(change.after);
        if (after != before) keep(std::move(after), xid);
    }
    keep(std::move(before), xid);
}

bool table_feed::same_schema(std::string_view schema) const {
    return sql::same_table_name(schema, watched_.original.schema, watched_.case_insensitive_names);
}

void table_feed::on_statement(const binlog::statement& seen) {
    if (seen.is == binlog::statement::kind::data_change) {
        const bool elsewhere =
            seen.updated_schemas && !seen.updated_schemas->empty() &&
            std::none_of(seen.updated_schemas->begin(), seen.updated_schemas->end(),
                         [&](const std::string& schema) { return same_schema(schema); });
        if (elsewhere) return;
        throw error(
            fmt::format(
                "a statement that may change rows of {} stands in the binary log as text, so which "
                "rows "
                "it changed cannot be known: {}. Let every session that writes use "
                "binlog_format=ROW, "
                "and start again.",
                watched_.original.quoted(), shown(seen.text)),
            spoils);
    }
    see_definition(seen);
}

void table_feed::see_change_of_ours(const binlog::statement& seen) {
    for (const table_name& one : std::span(watched_.ours).first(watched_ours_)) {
        const auto verb = sql::verb_of(seen.text);
        if (swap_expected_ && verb == sql::ddl_verb::rename_table) continue;
        if (sql::touch_of(logged(seen), one, watched_.case_insensitive_names) !=
                sql::ddl_touch::touched ||
            sets_auto_increment(seen.text, one) ||
            (verb == sql::ddl_verb::create_trigger && makes_own_trigger(seen)))
            continue;
        std::lock_guard lock(mutex_);
        if (!change_of_ours_.empty()) return;
        change_of_ours_ =
            fmt::format("{}{} was {} by somebody else while {} ran: {}",
                        &one == &watched_.ours.front() ? watched_.called + " " : "", one.quoted(),
                        verb == sql::ddl_verb::drop_table       ? "dropped"
                        : verb == sql::ddl_verb::truncate_table ? "emptied"
                                                                : "changed",
                        watched_.job, shown(seen.text));
    }
}

void table_feed::watch_target(std::optional<std::set<std::uint64_t>> writers) {
    watched_ours_ = 1;
    if (!writers) return;
    earlier_writers_ = std::move(*writers);
    watches_writes_ = true;
}

void table_feed::on_target_written(std::uint64_t connection,
                                   const std::optional<std::string>& xid) {
    if (!xid) return see_writer(connection);
    writers_by_xid_.insert_or_assign(
        *xid, target_writer{.connection = connection, .epoch = changes_.epoch()});
    held_writers_ = writers_by_xid_.size();
}

void table_feed::forget_writer(const std::string& xid) {
    writers_by_xid_.erase(xid);
    held_writers_ = writers_by_xid_.size();
}

void table_feed::see_writer(std::uint64_t connection) {
    if (!watches_writes_ || earlier_writers_.contains(connection) || watched_.is_ours(connection))
        return;
    std::lock_guard lock(mutex_);
    if (!change_of_ours_.empty()) return;
    change_of_ours_ = fmt::format(
        "connection {} has written into {} {}, whose rows are nobody "
        "else's to change while {} runs",
        connection, watched_.called, watched_.ours.front().quoted(), watched_.job);
}

void table_feed::expect_triggers(std::vector<std::string> names) {
    std::lock_guard lock(mutex_);
    own_triggers_ = std::move(names);
}

void table_feed::expect_statements(std::vector<std::string> texts) {
    std::lock_guard lock(mutex_);
    own_statements_ = std::move(texts);
}

bool table_feed::is_own(const binlog::statement& seen) const {
    std::lock_guard lock(mutex_);
    return std::ranges::count(own_statements_, seen.text) > 0;
}

bool table_feed::makes_own_trigger(const binlog::statement& seen) const {
    const auto name = sql::name_of_created_trigger(seen.text);
    std::lock_guard lock(mutex_);
    return name && std::ranges::count(own_triggers_, *name) > 0;
}

std::string table_feed::change_of_ours() const {
    std::lock_guard lock(mutex_);
    return change_of_ours_;
}

void table_feed::see_definition(const binlog::statement& seen) {
    if (is_own(seen)) return;
    see_change_of_ours(seen);
    const bool own_swap = swap_expected_ && sql::verb_of(seen.text) == sql::ddl_verb::rename_table;
    const auto touch =
        own_swap ? sql::ddl_touch::none
                 : sql::touch_of(logged(seen), watched_.original, watched_.case_insensitive_names);
    if (touch == sql::ddl_touch::touched)
        throw error(fmt::format("the table {} was redefined by another session while it was "
                                "{}: {}",
                                watched_.original.quoted(), watched_.done, shown(seen.text)),
                    spoils);
    if (touch == sql::ddl_touch::unreadable)
        throw error(
            fmt::format("a statement of the binary log cannot be read, so it may have redefined "
                        "the table {} while it was {}: {}",
                        watched_.original.quoted(), watched_.done, shown(seen.text)),
            spoils);
    if (touch == sql::ddl_touch::perhaps) ++possible_children_;
    definition_seen_ = true;
}

void table_feed::on_xa_commit(const std::string& xid) {
    if (const auto wrote = writers_by_xid_.find(xid); wrote != writers_by_xid_.end())
        see_writer(wrote->second.connection);
    forget_writer(xid);
    held_.release(xid, [&](std::uint64_t epoch, keys::key_value key) {
        changes_.add_of(epoch, std::move(key), stop_);
    });
    held_keys_ = held_.keys();
}

bool table_feed::settled_before(std::uint64_t epoch) const {
    return changes_.settled_before(epoch) && !held_.any_before(epoch) &&
           std::ranges::none_of(writers_by_xid_,
                                [&](const auto& one) { return one.second.epoch < epoch; });
}

void table_feed::on_xa_rollback(const std::string& xid) {
    forget_writer(xid);
    held_.forget(xid);
    held_keys_ = held_.keys();
}

}  // namespace segue::changes
