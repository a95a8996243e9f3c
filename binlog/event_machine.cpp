#include "binlog/event_machine.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace segue::binlog {

namespace {

/// A statement that opens more tables than this is taken for damage.
constexpr std::size_t tables_in_statement_max = 100'000;

row_change_kind kind_of(event_type type) {
    switch (type) {
        case event_type::write_rows:
        case event_type::write_rows_v1:
            return row_change_kind::insert;
        case event_type::delete_rows:
        case event_type::delete_rows_v1:
            return row_change_kind::erase;
        default:
            return row_change_kind::update;
    }
}

}  // namespace

event_machine::event_machine(std::vector<table_subscription> subscriptions, stream_position from,
                             stream_handler& handler, std::optional<log_mark> mark)
    : handler_(&handler), position_(std::move(from)), mark_(std::move(mark)) {
    if (const auto* const at = std::get_if<file_position>(&position_)) {
        file_ = at->file;
        offset_ = at->offset;
    }
    for (table_subscription& each : subscriptions) {
        for (const table& other : tables_)
            require(other.wanted.schema != each.schema || other.wanted.table != each.table,
                    "a table is subscribed once");
        std::vector<unsigned> sorted = each.columns;
        std::sort(sorted.begin(), sorted.end());
        require(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end(),
                "a column is subscribed once");
        table made;
        made.before.resize(each.columns.size());
        made.after.resize(each.columns.size());
        made.partial = std::make_unique<bool[]>(each.columns.size());
        made.wanted = std::move(each);
        tables_.push_back(std::move(made));
    }
}

void event_machine::handle(std::span<const std::byte> event) {
    event_header header;
    try {
        header = decode_header(event);
        if (header.length != event.size())
            throw error(fmt::format("the event says that it has {} bytes, it has {}", header.length,
                                    event.size()));
        dispatch(header, checked_body(header, event), false);
        advance(header);
    } catch (const error& e) {
        if (in_handler_) throw;
        throw e.in(where(header));
    }
    if (!in_transaction()) tell([this](stream_handler& h) { h.on_boundary(position_); });
}

void event_machine::reconnected() {
    forget_transaction();
    format_.reset();
    if (const auto* const at = std::get_if<file_position>(&position_)) {
        file_ = at->file;
        offset_ = at->offset;
    }
    tell([](stream_handler& h) { h.on_reconnect(); });
}

/// The event after its header, without the checksum; a format description is left whole.
std::span<const std::byte> event_machine::checked_body(const event_header& header,
                                                       std::span<const std::byte> event) {
    if (header.type == event_type::format_description) return event;
    bool checksum = false;
    if (format_) {
        checksum = format_->checksums;
        if (checksum && !crc32_matches(event))
            throw error("the event is damaged: its CRC-32 is another one");
    } else {
        // Before the first format description stands only the ROTATE that the dump makes up. It has
        // a checksum if the client asked for one, which is seen from the event itself.
        checksum = crc32_matches(event);
    }
    const auto body = event.subspan(event_header::size);
    return checksum ? body.first(body.size() - checksum_size) : body;
}

void event_machine::dispatch(const event_header& header, std::span<const std::byte> body,
                             bool inner) {
    switch (header.type) {
        case event_type::write_rows:
        case event_type::update_rows:
        case event_type::delete_rows:
        case event_type::partial_update_rows:
        case event_type::write_rows_v1:
        case event_type::update_rows_v1:
        case event_type::delete_rows_v1:
            return on_rows(header, body);
        case event_type::table_map:
            require_open(header);
            return on_table_map(body);
        case event_type::query:
            return on_query(header, body);
        case event_type::execute_load_query:
            require_open(header);
            return on_other_statement(decode_query(body, 26), statement::kind::data_change);
        case event_type::xid:
            require_open(header);
            return end(stream_handler::ending::committed);
        case event_type::xa_prepare: {
            require_open(header);
            const bool one_phase = decode_xa_prepare(body).one_phase;
            return end(one_phase ? stream_handler::ending::committed
                                 : stream_handler::ending::xa_prepared);
        }
        // Said again by other events, parts of statements, or of group replication's own interest.
        case event_type::intvar:
        case event_type::rand:
        case event_type::user_var:
        case event_type::begin_load_query:
        case event_type::append_block:
        case event_type::delete_file:
        case event_type::rows_query:
        case event_type::ignorable:
        case event_type::view_change:
        case event_type::transaction_context:
            return;
        default:
            break;
    }
    if (inner && !header.ignorable())
        throw error("an event of this type inside a transaction payload");
    switch (header.type) {
        case event_type::format_description:
            return on_format_description(header, body);
        case event_type::rotate:
            return on_rotate(body);
        case event_type::gtid:
        case event_type::gtid_tagged:
        case event_type::anonymous_gtid:
            return on_gtid(header, body);
        case event_type::transaction_payload:
            return on_payload(body);
        case event_type::heartbeat:
        case event_type::heartbeat_v2:
        case event_type::previous_gtids:
        case event_type::stop:
            return;
        case event_type::incident:
            throw error("the server lost changes that should be in the binary log (" +
                        decode_incident(body) +
                        "): what follows is not complete, so the migration has to begin anew");
        default:
            if (header.ignorable()) return;
            throw error(
                "this type of event is not known, and may hold changes: a newer version of Segue "
                "may be needed for this server");
    }
}

// A file keeps the moment at which it was made, wherever in it a dump begins.
void event_machine::look_at_file(const event_header& header) {
    if (by_gtid() || header.timestamp == 0) return;
    if (mark_ && mark_->file == file_ && mark_->moment != header.timestamp)
        throw error(fmt::format("the binary log was reset: {} is another file than the one that "
                                "was read. The migration has to begin anew",
                                file_),
                    {.spoils_run = true});
    set_mark({.file = file_, .moment = header.timestamp});
}

void event_machine::set_mark(log_mark mark) {
    mark_ = std::move(mark);
    tell([this](stream_handler& h) { h.on_mark(*mark_); });
}

void event_machine::on_format_description(const event_header& header,
                                          std::span<const std::byte> event) {
    format_description described = decode_format_description(event);
    if (in_transaction()) {
        if (described.created == 0) throw error("a file of the binary log begins in a transaction");
        // The server started anew: what it had not written to the end was rolled back.
        if (group_ == group_state::open)
            tell([](stream_handler& h) { h.on_end(stream_handler::ending::rolled_back); });
        forget_transaction();
    }
    format_ = std::move(described);
    look_at_file(header);
}

void event_machine::on_rotate(std::span<const std::byte> body) {
    if (in_transaction()) throw error("a file of the binary log ends in a transaction");
    const rotate_event rotate = decode_rotate(body);
    file_ = rotate.next_file;
    offset_ = rotate.offset;
    if (auto* const at = std::get_if<file_position>(&position_)) *at = {file_, offset_};
}

void event_machine::on_gtid(const event_header& header, std::span<const std::byte> body) {
    if (in_transaction()) throw error("a transaction begins before the last one has ended");
    if (header.type == event_type::anonymous_gtid) {
        if (by_gtid())
            throw error(
                "a transaction without a GTID: positions are counted in GTIDs, so "
                "gtid_mode has to be ON");
    } else {
        gtid_ = header.type == event_type::gtid ? decode_gtid(body) : decode_gtid_tagged(body);
    }
    group_ = group_state::announced;
}

void event_machine::on_query(const event_header& header, std::span<const std::byte> body) {
    const query_event query = decode_query(body, 13);
    const classified_statement what = classify(query.text);
    const auto xid = [&what] { return std::string(what.xid); };
    switch (what.kind) {
        case statement_kind::begin:
            return begin(std::nullopt, query.connection);
        case statement_kind::xa_start:
            return begin(xid(), query.connection);
        case statement_kind::commit:
        case statement_kind::xa_commit_one_phase:
            require_open(header);
            return end(stream_handler::ending::committed);
        case statement_kind::rollback:
            require_open(header);
            return end(stream_handler::ending::rolled_back);
        case statement_kind::xa_prepare:
            require_open(header);
            return end(stream_handler::ending::xa_prepared);
        case statement_kind::savepoint:
        case statement_kind::xa_end:
            return require_open(header);
        case statement_kind::xa_commit:
        case statement_kind::xa_rollback: {
            // Of a transaction that was prepared earlier; or of the present one, never prepared.
            const bool commits = what.kind == statement_kind::xa_commit;
            if (group_ == group_state::open)
                return end(commits ? stream_handler::ending::committed
                                   : stream_handler::ending::rolled_back);
            tell([&](stream_handler& h) {
                if (commits)
                    h.on_xa_commit(xid());
                else
                    h.on_xa_rollback(xid());
            });
            return finish_alone();
        }
        case statement_kind::definition:
            return on_other_statement(query, statement::kind::definition);
        case statement_kind::data_change:
            return on_other_statement(query, statement::kind::data_change);
    }
}

void event_machine::on_other_statement(const query_event& query, statement::kind kind) {
    const text_settings read_by = text_settings_of(query);
    const statement seen{.is = kind,
                         .default_schema = query.default_schema,
                         .text = query.text,
                         .updated_schemas = updated_schemas(query),
                         .sql_mode = read_by.sql_mode,
                         .client_collation = read_by.client_collation};
    tell([&seen](stream_handler& h) { h.on_statement(seen); });
    if (group_ != group_state::open) finish_alone();
}

event_machine::table* event_machine::mapped_table(std::uint64_t table_id) {
    for (table& each : tables_)
        if (each.mapped && each.table_id == table_id) return &each;
    return nullptr;
}

void event_machine::on_table_map(std::span<const std::byte> body) {
    const table_map_event map = decode_table_map(body);
    // The id may have stood for another table in an earlier statement.
    for (table& each : tables_)
        if (each.table_id == map.table_id) each.mapped = false;
    const auto found = std::find_if(tables_.begin(), tables_.end(), [&map](const table& each) {
        return each.wanted.table == map.table && each.wanted.schema == map.schema;
    });
    if (found == tables_.end()) {
        if (other_ids_.size() == tables_in_statement_max)
            throw error("a statement opens more than 100000 tables");
        if (other_ids_.empty() || other_ids_.back() != map.table_id)
            other_ids_.push_back(map.table_id);
        return;
    }
    std::erase(other_ids_, map.table_id);
    if (found->wanted.only_who_writes) {
        found->table_id = map.table_id;
        found->mapped = true;
        return;
    }
    const bool same = found->layout && std::equal(found->map_body.begin(), found->map_body.end(),
                                                  body.begin(), body.end());
    if (!same) {
        found->layout.emplace(map, found->wanted.columns);
        found->map_body.assign(body.begin(), body.end());
        found->announced = false;
    }
    found->table_id = map.table_id;
    found->mapped = true;
    if (found->announced) return;
    found->announced = true;
    const table_shape shape{static_cast<std::size_t>(found - tables_.begin()), map.table_id,
                            map.column_types};
    tell([&shape](stream_handler& h) { h.on_table(shape); });
}

/// False for tables that are not subscribed; throws for ids that no table map gave. Of a table of
/// which only the writers are wanted it is told here: a statement over several tables maps all that
/// it might write.
bool event_machine::table_is_wanted(const rows_event& rows) {
    if (table* const of = mapped_table(rows.table_id)) {
        if (!of->wanted.only_who_writes) return true;
        if (std::exchange(of->announced, true)) return false;
        const auto subscription = static_cast<std::size_t>(of - tables_.data());
        tell([&](stream_handler& h) { h.on_written(subscription, connection_); });
        return false;
    }
    const bool known =
        std::find(other_ids_.rbegin(), other_ids_.rend(), rows.table_id) != other_ids_.rend();
    if (!known && !(rows.table_id == dummy_table_id && rows.ends_statement))
        throw error(fmt::format("rows of the table id {} without a table map", rows.table_id));
    return false;
}

void event_machine::on_rows(const event_header& header, std::span<const std::byte> body) {
    require_open(header);
    const rows_event start = decode_rows_start(body);
    if (table_is_wanted(start))
        read_rows(*mapped_table(start.table_id), header.type, decode_rows(header.type, body));
    if (start.ends_statement) end_statement();
}

void event_machine::read_rows(table& of, event_type type, const rows_event& rows) {
    if (rows.column_count != of.layout->column_count())
        throw error(fmt::format("rows of {} columns, the table map has {}", rows.column_count,
                                of.layout->column_count()));
    row_change change;
    change.subscription = static_cast<std::size_t>(&of - tables_.data());
    change.kind = kind_of(type);
    const std::size_t wanted = of.wanted.columns.size();
    const std::span<bool> partial(of.partial.get(), wanted);
    if (change.kind != row_change_kind::insert) change.before = of.before;
    if (change.kind != row_change_kind::erase) change.after = of.after;

    wire::byte_reader in(rows.rows, "rows");
    // An image without columns has no bytes at all: such an event holds one row.
    do {
        const std::size_t row_start = in.position();
        if (change.kind == row_change_kind::insert) {
            of.layout->read_image(in, rows.before_columns, of.after);
        } else {
            of.layout->read_image(in, rows.before_columns, of.before);
        }
        if (change.kind == row_change_kind::update) {
            if (type == event_type::partial_update_rows) {
                of.layout->read_partial_image(in, rows.after_columns, of.after, partial);
            } else {
                of.layout->read_image(in, rows.after_columns, of.after);
                std::fill(partial.begin(), partial.end(), false);
            }
            for (std::size_t i = 0; i < wanted; ++i)
                if (of.after[i].is == column_image::state::absent && !partial[i])
                    of.after[i] = of.before[i];
        }
        if (in.position() == row_start && !in.at_end())
            throw error("rows without columns, and bytes behind them");
        tell([&change](stream_handler& h) { h.on_row(change); });
    } while (!in.at_end());
}

void event_machine::on_payload(std::span<const std::byte> body) {
    // The server compresses whole transactions, from BEGIN on.
    payload_.start(decode_transaction_payload(body));
    while (!payload_.at_end()) {
        const event_header inner = decode_header(payload_.peek(event_header::size));
        try {
            // Rows of other tables are not even held in memory: the first bytes tell.
            const bool rows = inner.type == event_type::write_rows ||
                              inner.type == event_type::update_rows ||
                              inner.type == event_type::delete_rows ||
                              inner.type == event_type::partial_update_rows;
            constexpr std::size_t rows_start = event_header::size + 8;
            if (rows && inner.length >= rows_start) {
                const rows_event start =
                    decode_rows_start(payload_.peek(rows_start).subspan(event_header::size));
                require_open(inner);
                if (!table_is_wanted(start)) {
                    payload_.skip(inner.length);
                    if (start.ends_statement) end_statement();
                    continue;
                }
            }
            dispatch(inner, payload_.peek(inner.length).subspan(event_header::size), true);
            payload_.skip(inner.length);
        } catch (const error& e) {
            if (in_handler_) throw;
            throw e.in(fmt::format("inside it, {} ({})", name_of(inner.type),
                                   static_cast<unsigned>(inner.type)));
        }
    }
}

void event_machine::end_statement() {
    for (table& each : tables_) each.mapped = false;
    other_ids_.clear();
}

void event_machine::require_begin_possible() const {
    if (group_ == group_state::open)
        throw error("a transaction begins before the last one has ended");
    if (by_gtid() && !gtid_)
        throw error(
            "a transaction without a GTID: positions are counted in GTIDs, so gtid_mode "
            "has to be ON");
}

void event_machine::begin(std::optional<std::string> xid, std::uint64_t connection) {
    require_begin_possible();
    connection_ = connection;
    group_ = group_state::open;
    tell([&xid](stream_handler& h) { h.on_begin(xid); });
}

void event_machine::end(stream_handler::ending how) {
    finish_alone();
    tell([how](stream_handler& h) { h.on_end(how); });
}

/// The present transaction, or the event that is one alone, is over.
void event_machine::finish_alone() {
    if (auto* const set = std::get_if<gtid_set>(&position_)) {
        if (!gtid_)
            throw error(
                "a transaction without a GTID: positions are counted in GTIDs, so "
                "gtid_mode has to be ON");
        set->add(gtid_->source, gtid_->number);
        if (gtid_->committed != 0)
            set_mark(
                {.source = gtid_->source, .number = gtid_->number, .moment = gtid_->committed});
    }
    forget_transaction();
}

void event_machine::forget_transaction() {
    group_ = group_state::none;
    gtid_.reset();
    end_statement();
    for (table& each : tables_) each.announced = false;
}

void event_machine::require_open(const event_header& header) const {
    if (group_ != group_state::open)
        throw error(fmt::format(
            "{} outside of a transaction: the position to begin at was not between transactions",
            name_of(header.type)));
}

/// Moves the offset to the end of an event from the file. Headers hold it modulo 2^32.
void event_machine::advance(const event_header& header) {
    const bool from_file =
        header.end_position != 0 && !header.artificial() && header.type != event_type::rotate &&
        header.type != event_type::heartbeat && header.type != event_type::heartbeat_v2;
    if (from_file) {
        constexpr std::uint64_t modulus = std::uint64_t{1} << 32U;
        std::uint64_t end = offset_ - offset_ % modulus + header.end_position;
        if (end + modulus / 2 < offset_) end += modulus;
        offset_ = std::max(offset_, end);
    }
    if (in_transaction()) return;
    if (auto* const at = std::get_if<file_position>(&position_)) at->offset = offset_;
}

std::string event_machine::where(const event_header& header) const {
    return fmt::format("binary log {}, the {} ({}) that ends at {}",
                       file_.empty() ? "of the server" : file_, name_of(header.type),
                       static_cast<unsigned>(header.type),
                       header.end_position != 0 ? header.end_position : offset_);
}

}  // namespace segue::binlog
