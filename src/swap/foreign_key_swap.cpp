#include "src/swap/foreign_key_swap.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/db/table_failure.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace segue::swap {
namespace {

using preflight::taken_along;
using std::chrono::milliseconds;

void add(std::vector<servers::locked_table>& found, const servers::locked_table& one) {
    const auto there = std::ranges::find(found, one.name, &servers::locked_table::name);
    if (there == found.end())
        found.push_back(one);
    else
        there->for_writing = there->for_writing || one.for_writing;
}

}  // namespace

std::vector<std::string> statements_about_foreign_keys(const preflight::plan& made) {
    const auto& keys = made.along.foreign_keys;
    if (keys.empty()) return {};
    const table_name& ghost = made.tables.ghost;
    std::vector<std::string> texts{
        preflight::make_foreign_keys_statement(ghost, keys),
        preflight::drop_foreign_keys_statement(ghost, preflight::names_when_made(ghost, keys))};
    if (auto naming = preflight::name_foreign_keys_statement(made.tables.original, keys);
        !naming.empty())
        texts.push_back(std::move(naming));
    return texts;
}

std::string foreign_key_swap::locked_with_the_table() const {
    std::string list;
    if (swaps_back_ || plan_.along.foreign_keys_are != taken_along::own_keys::kept) return list;
    for (const preflight::parent_table& parent : plan_.along.parents)
        list += fmt::format(", {} WRITE", parent.name.quoted());
    return list;
}

void foreign_key_swap::add_locked_along(db::session& session,
                                        std::vector<servers::locked_table>& found) const {
    const bool locks = !locked_with_the_table().empty();
    for (const preflight::parent_table& parent : plan_.along.parents) {
        add(found, {.name = parent.name, .for_writing = true});
        if (!locks || parent.any_column.empty()) continue;
        try {
            for (const servers::locked_table& one :
                 servers::locked_beside(session, parent.name, parent.any_column))
                if (one.name != plan_.tables.original) add(found, one);
        } catch (const error& failure) {
            // Without the right to write the parent only the parent itself is known.
            if (!db::is_denied(failure)) throw;
        }
    }
}

std::optional<std::string> foreign_key_swap::too_long_for(milliseconds left) {
    if (!makes() || take_.sum() <= left) return std::nullopt;
    const milliseconds known = take_.sum();
    take_.before_rename = take_.before_rename * 3 / 4;
    take_.after_rename = take_.after_rename * 3 / 4;
    return fmt::format(
        "what is to be done about foreign keys takes some {} ms, which are not left of the stall "
        "budget",
        known.count());
}

void foreign_key_swap::make(db::session& locker) {
    if (!makes()) return;
    locker.execute("SET SESSION lock_wait_timeout=1");
    fault::point("foreign_keys.before");
    const preflight::unchecked_foreign_keys unchecked(locker);
    may_be_made_ = true;
    locker.execute(
        preflight::make_foreign_keys_statement(plan_.tables.ghost, plan_.along.foreign_keys));
    fault::point("foreign_keys.made");
}

void foreign_key_swap::unmake(db::session& session) {
    if (!may_be_made_) return;
    const table_name& ghost = plan_.tables.ghost;
    if (!preflight::foreign_keys_of(session, ghost).empty())
        session.execute(preflight::drop_foreign_keys_statement(
            ghost, preflight::names_when_made(ghost, plan_.along.foreign_keys)));
    may_be_made_ = false;
}

bool foreign_key_swap::finish(db::session& session, std::vector<std::string>& notices) const {
    if (swaps_back_ || plan_.along.own_foreign_keys.empty()) return true;
    const std::size_t before = notices.size();
    drop_from_old_table(session, notices);
    name(session, notices);
    if (notices.size() == before) return true;
    notices.push_back(
        fmt::format("{} stays, which knows what is left to be done about foreign keys: the same "
                    "command, or `segue cleanup --execute`, does it, and then drops that table",
                    plan_.tables.checkpoint.quoted()));
    return false;
}

// Its rows would hold those of the tables that they refer to: the application could delete none of
// these any more.
void foreign_key_swap::drop_from_old_table(db::session& session,
                                           std::vector<std::string>& notices) const {
    const table_name& old = plan_.tables.old;
    std::string text = fmt::format("ALTER TABLE {} DROP FOREIGN KEY ...", old.quoted());
    try {
        const auto names = preflight::foreign_keys_of(session, old);
        if (names.empty()) return;
        text = preflight::drop_foreign_keys_statement(old, names);
        fault::point("cut_over.before_foreign_keys");
        session.execute(text);
        fault::point("foreign_keys.dropped");
    } catch (const error& failure) {
        notices.push_back(fmt::format(
            "the old table's foreign keys could not be dropped ({}), and while they are there its "
            "rows hold those that they refer to: {};",
            failure.what(), text));
    }
}

void foreign_key_swap::name(db::session& session, std::vector<std::string>& notices) const {
    if (!makes()) return;
    const table_name& table = plan_.tables.original;
    const std::string text =
        preflight::name_foreign_keys_statement(table, plan_.along.foreign_keys);
    if (text.empty()) return;
    try {
        const auto there = preflight::foreign_keys_of(session, table);
        const auto named = [&](const preflight::kept_foreign_key& key) {
            return std::ranges::count(there, key.wanted.name) > 0;
        };
        if (std::ranges::all_of(plan_.along.foreign_keys, named)) return;
        fault::point("foreign_keys.before_names");
        const preflight::unchecked_foreign_keys unchecked(session);
        session.execute(text);
    } catch (const error& failure) {
        notices.push_back(fmt::format(
            "the new table's foreign keys could not be given the names that the original's had "
            "({}); they are there under others. Once the old table has none any more: SET "
            "foreign_key_checks=0; {};",
            failure.what(), text));
    }
}

}  // namespace segue::swap
