#pragma once

#include "src/base/refusal.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/new_table/kept_foreign_keys.hpp"
#include "src/schema/foreign_key.hpp"
#include "src/schema/trigger.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace segue::preflight {

/// What the operator asked for of triggers.
struct trigger_request {
    bool include = false;                 ///< --include-triggers
    std::string suffix;                   ///< --trigger-suffix
    bool remove_suffix_if_there = false;  ///< --remove-trigger-suffix-if-exists
};

/// A pair of triggers of `segue expand` that a migration ends with its swap.
struct ended_pair {
    std::string new_column;  ///< By which its triggers are known.
    /// Both have to be there from the start to the swap. Else those that are there at the start.
    bool whole = true;
};

/// A trigger of the original, and the one that the new table gets in its place.
struct taken_trigger {
    schema::trigger original;
    std::string name;  ///< Of the new table's: names of triggers are unique in a schema.
    std::string body;  ///< In the bytes of original.client_charset.
};

/// What of a table neither CREATE TABLE ... LIKE nor the ALTER makes, and the operator lets be.
struct taken_along {
    /// What becomes of foreign keys that the table has.
    enum class own_keys {
        refused,  ///< It is to have none.
        kept,
        left_out  ///< --discard-foreign-keys
    };
    own_keys foreign_keys_are = own_keys::refused;
    std::vector<schema::foreign_key> own_foreign_keys;  ///< Of the original.
    std::vector<parent_table> parents;                  ///< Of those, each once.
    std::vector<kept_foreign_key> foreign_keys;         ///< That the swap makes.
    foreign_keys_time foreign_keys_take;
    bool includes_triggers = false;
    std::vector<taken_trigger> triggers;  ///< In the order in which they are made.
    /// Of the pair that ends: at work on the original until the swap, and on no table that is
    /// written to after it.
    std::vector<schema::trigger> left_behind;
    /// What it takes to make the triggers, measured at the start on the empty new table.
    std::chrono::milliseconds triggers_time{0};
};

/// The name that gh-ost gives to the new table's trigger.
std::string trigger_name_taken_along(const std::string& original, const trigger_request& with);

/// The triggers as they are now, and what stands in the way of making them on the new table: their
/// names, the account, the schema's collation. Those of `ended` are left out. `held_until_dropped`:
/// names are free that are held by triggers of these tables.
std::vector<taken_trigger> triggers_to_take_along(db::session& session, const table_name& original,
                                                  const trigger_request& with,
                                                  const std::optional<ended_pair>& ended,
                                                  const std::vector<table_name>& held_until_dropped,
                                                  std::vector<refusal>& refusals);

/// Of the names that the new table's triggers will have one that a trigger of another table than
/// these has; empty: none.
std::string held_trigger_name(db::session& session, const table_name& original,
                              const std::vector<taken_trigger>& triggers,
                              const std::vector<table_name>& but_for);

/// Makes the triggers on `table`, one after the other, as the original's were made: definer,
/// sql_mode, character set, collation and order. The names are `taken_trigger::name`. Each
/// statement commits. The session's settings are what they were before, unless it throws.
void make_triggers(db::session& session, const table_name& table,
                   const std::vector<taken_trigger>& triggers);

/// Whether the table has any trigger.
bool has_triggers(db::session& session, const table_name& table);

/// Drops every trigger of the table. Blocks; throws segue::error.
void drop_triggers(db::session& session, const table_name& table);

/// Makes them on the empty new table under names for a moment, and drops them again. Returns how
/// long making them took. Throws refusals with the server's words.
std::chrono::milliseconds try_triggers(db::session& session, const table_name& target,
                                       std::vector<taken_trigger> triggers);

/// Empty when the triggers of the original are those that were there at the start.
std::string changed_trigger(db::session& session, const table_name& original,
                            const taken_along& along);

/// The triggers of that pair, which stay behind; where one of them is missing that may not, that
/// stands in the way.
std::vector<schema::trigger> triggers_left_behind(db::session& session, const table_name& original,
                                                  const ended_pair& pair,
                                                  std::vector<refusal>& refusals);

}  // namespace segue::preflight
