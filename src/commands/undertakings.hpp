#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What is going on in a schema, by what runs have written down in it: `segue status --database`.
namespace segue::commands {

/// One thing that was begun, and has not been taken to its end. Moments are in UTC, as
/// 2026-01-02 03:04:05.
struct undertaking {
    enum class kind { migration, backfill, expand, split, views };
    kind is = kind::migration;
    /// Where it is written down, and what it is of; unset: that the name of `state` does not tell.
    table_name state;
    std::optional<table_name> table = std::nullopt;
    /// Of a split, the table that it is from.
    std::optional<table_name> source = std::nullopt;
    std::string what = {};         ///< What was asked for, in its own words; may be empty.
    std::string phase = {};        ///< Empty: not known, or there is none.
    std::string begun = {};        ///< When.
    std::string phase_since = {};  ///< Empty: not known.
    std::string heard_of = {};     ///< When it last gave a sign of life; empty: it gives none.
    std::string run = {};          ///< Who did something last, in words; empty: not known.
    std::string found = {};        ///< What a verification told, or how far it is; may be empty.
};
std::string_view name_of(undertaking::kind is) noexcept;

struct going_on {
    std::string server;  ///< As it names itself, with its port.
    std::string now;     ///< By its clock, in UTC.
    std::vector<undertaking> all;
};

/// Looks at the tables of the schema that say by their comments that a Segue writes down in them
/// what it does. A table that cannot be read, or goes meanwhile, is told with what is known of it.
/// Refuses, by segue::error, where there is no such schema, or the account cannot see what is in
/// it. Changes nothing. Blocks.
going_on look_at_undertakings(db::session& session, const std::string& schema);

}  // namespace segue::commands
