#include "src/verify/made_apart.hpp"

#include "src/base/error.hpp"
#include "src/db/retry.hpp"
#include "src/rows/row_writer.hpp"
#include "src/verify/row_digests.hpp"

#include <utility>

#include <fmt/format.h>

namespace segue::verify {
namespace {

// A temporary table hides one of its name, from its own session alone.
constexpr const char* name_apart = "_segue_verify";

schema::table_definition under_another_name(schema::table_definition of) {
    of.name.name = name_apart;
    return of;
}

schema::projection into(schema::projection of, const table_name& target) {
    of.target = target;
    return of;
}

bool is_of_the_rows(const error& failure) {
    return rows::is_duplicate(failure) || db::may_be_the_rows(failure);
}

}  // namespace

made_apart::made_apart(const schema::projection& projection, const schema::table_definition& source,
                       const schema::table_definition& target, std::size_t packet_bytes_max,
                       const comparison& how)
    : how_(how),
      apart_(under_another_name(target)),
      projection_(into(projection, apart_.name)),
      texts_(projection_, /*locking_reads=*/false, packet_bytes_max),
      how_apart_(texts_, projection_, source, apart_) {}

void made_apart::make_table(db::session& session) const {
    session.execute(fmt::format("CREATE TEMPORARY TABLE IF NOT EXISTS {} LIKE {}",
                                apart_.name.quoted(), how_.target_name().quoted()));
    session.execute("DELETE FROM " + apart_.name.quoted());
}

std::optional<std::string> made_apart::why_not(db::session& session) const {
    try {
        make_table(session);
        return std::nullopt;
    } catch (const error& failure) {
        if (!failure.from_server() || failure.connection_lost()) throw;
        return failure.what();
    }
}

// Returns the keys whose rows the target's definition refuses.
std::set<keys::key_value> made_apart::make_rows(db::session& session,
                                                std::span<const keys::key_value> keys) const {
    try {
        session.execute(texts_.carry_over_plainly(keys));
        return {};
    } catch (const error& failure) {
        if (!is_of_the_rows(failure)) throw;
        if (keys.size() == 1) return {keys.front()};
    }
    session.execute("DELETE FROM " + apart_.name.quoted());
    std::set<keys::key_value> kept_out;
    for (const keys::key_value& key : keys) kept_out.merge(make_rows(session, std::span(&key, 1)));
    return kept_out;
}

std::vector<difference> made_apart::differences(db::session& session,
                                                std::span<const keys::key_value> keys) const {
    make_table(session);
    const auto kept_out = make_rows(session, keys);
    return differences_of(how_, keys, read_digests(session, how_, keys),
                          read_digests(session, how_apart_, keys), kept_out);
}

std::vector<difference> made_apart::by_presence(db::session& session,
                                                std::span<const keys::key_value> keys) const {
    const rows::statements& texts = how_.texts();
    std::set<keys::key_value> in_target;
    for (const db::row& one : session.query(texts.in_target(keys)))
        in_target.insert(texts.codec().from_row(one));
    std::vector<difference> found;
    for (const db::row& one : session.query(texts.which_are_gone(keys))) {
        const keys::key_value& key = keys[db::to_uint64(one.at(0), "n")];
        const bool gone = one.at(1) == "1";
        if (!in_target.contains(key) && gone) continue;
        found.push_back({.kind = gone                      ? difference_kind::surplus
                                 : in_target.contains(key) ? difference_kind::changed
                                                           : difference_kind::missing,
                         .key = key});
    }
    return found;
}

}  // namespace segue::verify
