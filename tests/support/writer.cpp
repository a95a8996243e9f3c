#include "tests/support/writer.hpp"

#include "src/base/server_errors.hpp"

#include <array>
#include <chrono>
#include <map>
#include <pthread.h>

#include <fmt/format.h>

namespace segue::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds between_connects{50};
constexpr int probes_max = 200;

void count(std::map<int, error_count>& errors, const error& failed) {
    auto& entry =
        errors[failed.mysql_errno() != 0 || !failed.connection_lost() ? failed.mysql_errno()
                                                                      : cr::server_lost];
    if (entry.count++ == 0) entry.example = failed.what();
}

}  // namespace

void writer::start() {
    thread_ = std::jthread([this](std::stop_token stop) {
        ::pthread_setname_np(::pthread_self(), fmt::format("writer-{}", index_).c_str());
        run(std::move(stop));
    });
}

// ---------------------------------------------------------------------------------- running

void writer::run(std::stop_token stop) {
    try {
        while (go_on(stop)) {
            if (!session_ || !session_->connected()) {
                connect(stop);
            } else {
                keep_pace(stop);
                const auto began = steady_clock::now();
                one_transaction();
                took_ = steady_clock::now() - began;
            }
        }
    } catch (const stopped&) {
        // Interrupted; what was under way has been noted.
    } catch (const std::exception& broken) {
        std::lock_guard lock(state_.mutex);
        state_.report.surprises.push_back(
            fmt::format("writer {} ended: {}", index_, broken.what()));
    }
    session_.reset();
    std::lock_guard lock(state_.mutex);
    ++state_.ended;
    state_.changed.notify_all();
}

// Waits while paused; false when it is time to end.
bool writer::go_on(const std::stop_token& stop) {
    std::unique_lock lock(state_.mutex);
    if (state_.paused && !state_.stopping) {
        ++state_.parked;
        state_.changed.notify_all();
        state_.changed.wait(lock, stop, [&] { return !state_.paused || state_.stopping; });
        --state_.parked;
    }
    return !state_.stopping && !stop.stop_requested();
}

void writer::keep_pace(const std::stop_token& stop) {
    const double rate = state_.options.rate_per_second;
    if (rate <= 0) return;
    const auto now = steady_clock::now();
    const auto start = std::max(next_start_, now + took_);
    if (start > now) {
        std::unique_lock lock(state_.mutex);
        state_.changed.wait_until(lock, stop, start,
                                  [&] { return state_.stopping || state_.paused; });
    }
    next_start_ =
        std::max(next_start_, now - std::chrono::seconds(1)) +
        std::chrono::duration_cast<steady_clock::duration>(std::chrono::duration<double>(1 / rate));
}

void writer::connect(const std::stop_token& stop) {
    session_.reset();
    try {
        auto made = std::make_unique<application_session>(state_.server, state_.table.schema, stop);
        for (const auto& sql : state_.options.session_setup) made->execute(sql);
        session_ = std::move(made);
        if (std::exchange(connected_before_, true)) {
            std::lock_guard lock(state_.mutex);
            ++state_.report.reconnects;
        }
    } catch (const error& failed) {
        std::unique_lock lock(state_.mutex);
        count(state_.report.connect_errors, failed);
        state_.changed.wait_for(lock, stop, between_connects, [&] { return state_.stopping; });
    }
}

// ---------------------------------------------------------------------------- transactions

void writer::one_transaction() {
    const auto& weights = state_.options.weights;
    const unsigned small =
        weights.insert + weights.update + weights.move + weights.erase + weights.swap;
    transaction made;
    auto operations = std::uint64_t{1};
    if (below(small + weights.big) >= small)
        operations = 2 + below(state_.options.big_transaction_operations);
    for (; operations > 0; --operations) {
        add(made, choose_operation());
        // Its key is known only when the server has answered, so nothing can follow it.
        if (made.generated) break;
    }
    if (made.statements.empty()) return;
    execute(made);
}

void writer::execute(const transaction& made) {
    const bool one_statement = made.statements.size() == 1 && below(4) != 0;
    step at = one_statement ? step::autocommit : step::in_transaction;
    std::vector<row_effect> effects = made.effects;
    std::string xid;  // empty unless it is an XA transaction
    if (!one_statement && state_.options.xa_percent > 0 && below(100) < state_.options.xa_percent)
        xid = fmt::format("'{}-{}-{}'", state_.table.schema, index_, ++xa_transactions_);
    try {
        if (!one_statement) begin(xid);
        for (const auto& sql : made.statements) {
            if (const auto rows = timed(sql); rows != 1) {
                if (!xid.empty()) timed("XA END " + xid);
                if (!one_statement) timed(xid.empty() ? "ROLLBACK" : "XA ROLLBACK " + xid);
                std::lock_guard lock(state_.mutex);
                state_.report.surprises.push_back(
                    fmt::format("{} rows were affected by: {}", rows, sql));
                return;
            }
        }
        if (one_statement) at = step::commit;
        if (made.generated) {
            const auto id = session_->query_value("SELECT LAST_INSERT_ID()");
            const auto number = spec().key_number({id});
            require(number.has_value(), "the server chose a key");
            effects.push_back({.number = *number, .before = {}, .after = made.generated});
        }
        if (one_statement)
            at = step::commit;
        else
            commit(xid, at);
    } catch (const stopped&) {
        settle_failure(made, error("interrupted", {.connection_lost = true}), at, !xid.empty());
        throw;
    } catch (const error& failed) {
        settle_failure(made, failed, at, !xid.empty());
        return;
    }
    state_.book.acknowledge(effects);
    if (made.generated) generated_keys_.push_back(effects.back().number);
    free_unique_values_.insert(free_unique_values_.end(), made.freed.begin(), made.freed.end());
    std::lock_guard lock(state_.mutex);
    ++state_.report.transactions;
    state_.changed.notify_all();
}

void writer::begin(const std::string& xid) {
    timed(xid.empty() ? "BEGIN" : "XA START " + xid);
}

// Until the last statement is sent nothing is committed, whatever becomes of the connection.
void writer::commit(const std::string& xid, step& at) {
    if (!xid.empty()) {
        timed("XA END " + xid);
        timed("XA PREPARE " + xid);
    }
    at = step::commit;
    timed(xid.empty() ? "COMMIT" : "XA COMMIT " + xid);
}

std::uint64_t writer::timed(const std::string& sql) {
    const auto begin = steady_clock::now();
    const auto note = [&] {
        const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin);
        std::lock_guard lock(state_.mutex);
        auto& longest = state_.report.longest;
        if (took > longest.duration) longest = {.duration = took, .statement = sql.substr(0, 200)};
    };
    try {
        const auto rows = session_->execute(sql);
        note();
        return rows;
    } catch (...) {
        note();
        throw;
    }
}

void writer::settle_failure(const transaction& made, const error& failed, step failed_step,
                            bool in_xa) {
    const bool lost = failed.connection_lost() || !session_->connected();
    const bool unknown = failed_step == step::commit || (failed_step == step::autocommit && lost);
    {
        std::lock_guard lock(state_.mutex);
        count(state_.report.errors, failed);
        if (unknown) ++state_.report.in_doubt;
    }
    if (unknown) {
        // The unique values involved are never used again, like the keys.
        if (!made.effects.empty()) state_.book.doubt(made.effects);
        if (made.generated) state_.book.doubt_insert(*made.generated);
    } else {
        free_unique_values_.insert(free_unique_values_.end(), made.taken.begin(), made.taken.end());
    }
    // In the midst of an XA transaction a session is of no more use, and what it has prepared the
    // server keeps.
    if (lost || in_xa) {
        session_.reset();
        return;
    }
    try {
        session_->execute("ROLLBACK");
    } catch (const error& also) {
        std::lock_guard lock(state_.mutex);
        count(state_.report.errors, also);
        session_.reset();
    }
}

// ------------------------------------------------------------------------------ operations

writer::operation writer::choose_operation() {
    const auto& weights = state_.options.weights;
    const std::array<std::pair<operation, unsigned>, 5> table{
        {{operation::insert, weights.insert},
         {operation::update, weights.update},
         {operation::move, weights.move},
         {operation::erase, weights.erase},
         {operation::swap, spec().unique_column.empty() ? 0 : weights.swap}}};
    std::uint64_t sum = 0;
    for (const auto& [what, weight] : table) sum += weight;
    require(sum > 0, "a workload has something to do");
    auto chosen = below(sum);
    for (const auto& [what, weight] : table) {
        if (chosen < weight) return what;
        chosen -= weight;
    }
    return operation::update;
}

void writer::add(transaction& to, operation what) {
    switch (what) {
        case operation::insert:
            return add_insert(to);
        case operation::update:
            return add_update(to);
        case operation::move:
            return add_move(to);
        case operation::erase:
            return add_erase(to);
        case operation::swap:
            return add_swap(to);
    }
}

std::optional<row_image> writer::state_of(const transaction& in, std::uint64_t number) const {
    if (const auto found = in.effect_of.find(number); found != in.effect_of.end())
        return in.effects[found->second].after;
    return state_.book.current(number);
}

std::optional<std::uint64_t> writer::pick(const transaction& in, bool present) {
    if (present && !generated_keys_.empty() && below(4) == 0) {
        const auto number = generated_keys_[below(generated_keys_.size())];
        if (!state_.book.in_doubt(number) && state_of(in, number)) return number;
    }
    const auto from = state_.focus_from.load();
    const auto to = std::max(state_.focus_to.load(), from + 1);
    for (int i = 0; i < probes_max; ++i) {
        const auto number = from + below(to - from);
        if (owns(number) && !state_.book.in_doubt(number) &&
            state_of(in, number).has_value() == present)
            return number;
    }
    return std::nullopt;
}

void writer::add_effect(transaction& to, std::uint64_t number, std::optional<row_image> after) {
    const auto [at, is_new] = to.effect_of.try_emplace(number, to.effects.size());
    if (is_new) {
        to.effects.push_back(
            {.number = number, .before = state_.book.current(number), .after = std::move(after)});
    } else {
        to.effects[at->second].after = std::move(after);
    }
}

// Mostly one that another row had a moment ago, which is what is hard to follow.
value writer::take_unique_value(transaction& for_use) {
    if (below(10) == 0) return std::nullopt;
    if (!for_use.freed.empty() && below(2) == 0) {
        const auto again = for_use.freed.back();
        for_use.freed.pop_back();
        return std::to_string(again);
    }
    if (!free_unique_values_.empty() && below(4) != 0) {
        const auto again = free_unique_values_.back();
        free_unique_values_.pop_back();
        for_use.taken.push_back(again);
        return std::to_string(again);
    }
    const auto fresh = next_unique_value_;
    next_unique_value_ += state_.options.writers;
    for_use.taken.push_back(fresh);
    return std::to_string(fresh);
}

std::string writer::insert_statement(const std::vector<std::string>& key_literals,
                                     const std::vector<generated_value>& values) const {
    std::string names;
    std::string literals;
    const auto append = [&](const std::string& name, const std::string& literal) {
        names += (names.empty() ? "" : ",") + segue::quoted_name(name);
        literals += (literals.empty() ? "" : ",") + literal;
    };
    const auto keys = spec().key_columns();
    for (std::size_t i = 0; i < key_literals.size(); ++i) append(keys[i], key_literals[i]);
    std::size_t at = 0;
    if (!spec().unique_column.empty()) append(spec().unique_column, values[at++].literal);
    for (const auto& column : spec().columns) append(column.name, values[at++].literal);
    return fmt::format("INSERT INTO {} ({}) VALUES ({})", segue::quoted_name(state_.table.name),
                       names, literals);
}

void writer::add_insert(transaction& to) {
    std::optional<std::uint64_t> number;
    const bool by_server = spec().key == key_kind::auto_increment && below(2) == 0;
    if (!by_server) {
        number = pick(to, /*present=*/false);
        if (!number) return;
    }
    std::vector<generated_value> values;
    if (!spec().unique_column.empty()) {
        const auto unique = take_unique_value(to);
        values.push_back({unique.value_or("NULL"), unique});
    }
    for (const auto& column : spec().columns) values.push_back(generate(column, random_));
    row printed;
    for (const auto& made : values) printed.push_back(made.printed);
    if (by_server) {
        to.statements.push_back(insert_statement({}, values));
        to.generated = row_image(printed);
    } else {
        to.statements.push_back(insert_statement(spec().key_literals(*number, random_()), values));
        add_effect(to, *number, row_image(printed));
    }
}

void writer::add_update(transaction& to) {
    const auto number = pick(to, /*present=*/true);
    if (!number) return;
    auto values = state_of(to, *number)->values();
    std::string assignments;
    for (std::size_t i = 0; i < spec().columns.size(); ++i) {
        if (below(3) != 0) continue;
        const auto& column = spec().columns[i];
        const auto made = generate(column, random_);
        auto& held = values[first_column() + i];
        if (made.printed == held) continue;
        held = made.printed;
        assignments +=
            (assignments.empty() ? "" : ",") + segue::quoted_name(column.name) + "=" + made.literal;
    }
    if (first_column() == 1 && (assignments.empty() || below(5) == 0)) {
        const auto unique = take_unique_value(to);
        if (unique != values[0]) {
            if (values[0]) to.freed.push_back(std::stoll(*values[0]));
            values[0] = unique;
            assignments += (assignments.empty() ? "" : ",") +
                           segue::quoted_name(spec().unique_column) + "=" + unique.value_or("NULL");
        }
    }
    if (assignments.empty()) return;
    // The row may get another name for the same key.
    if (spec().naming().has_spellings() && below(2) == 0)
        assignments += fmt::format(",{}={}", segue::quoted_name(spec().key_columns().back()),
                                   spec().key_literals(*number, random_()).back());
    to.statements.push_back(fmt::format("UPDATE {} SET {} WHERE {}",
                                        segue::quoted_name(state_.table.name), assignments,
                                        spec().key_condition(*number, random_())));
    add_effect(to, *number, row_image(values));
}

void writer::add_move(transaction& to) {
    const auto from = pick(to, /*present=*/true);
    const auto target = pick(to, /*present=*/false);
    if (!from || !target) return;
    const auto keys = spec().key_columns();
    const auto literals = spec().key_literals(*target, random_());
    std::string assignments;
    for (std::size_t i = 0; i < keys.size(); ++i)
        assignments += (i == 0 ? "" : ",") + segue::quoted_name(keys[i]) + "=" + literals[i];
    to.statements.push_back(fmt::format("UPDATE {} SET {} WHERE {}",
                                        segue::quoted_name(state_.table.name), assignments,
                                        spec().key_condition(*from, random_())));
    auto image = state_of(to, *from);
    add_effect(to, *target, std::move(image));
    add_effect(to, *from, std::nullopt);
}

void writer::add_erase(transaction& to) {
    const auto number = pick(to, /*present=*/true);
    if (!number) return;
    if (first_column() == 1)
        if (const auto unique = state_of(to, *number)->values()[0])
            to.freed.push_back(std::stoll(*unique));
    to.statements.push_back(fmt::format("DELETE FROM {} WHERE {}",
                                        segue::quoted_name(state_.table.name),
                                        spec().key_condition(*number, random_())));
    add_effect(to, *number, std::nullopt);
}

void writer::add_swap(transaction& to) {
    const auto one = pick(to, /*present=*/true);
    const auto other = pick(to, /*present=*/true);
    if (!one || !other || one == other) return;
    auto one_values = state_of(to, *one)->values();
    auto other_values = state_of(to, *other)->values();
    if (!one_values[0] || !other_values[0]) return;
    std::swap(one_values[0], other_values[0]);
    const auto set = [&](std::uint64_t number, const value& unique) {
        to.statements.push_back(fmt::format("UPDATE {} SET {}={} WHERE {}",
                                            segue::quoted_name(state_.table.name),
                                            segue::quoted_name(spec().unique_column),
                                            unique.value_or("NULL"), spec().key_condition(number)));
    };
    set(*one, std::nullopt);
    set(*other, other_values[0]);
    set(*one, one_values[0]);
    add_effect(to, *one, row_image(one_values));
    add_effect(to, *other, row_image(other_values));
}

}  // namespace segue::test
