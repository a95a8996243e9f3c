#pragma once

#include "src/base/table_name.hpp"
#include "src/base/table_naming.hpp"
#include "src/earlier/earlier_state.hpp"
#include "src/expressions/assignment.hpp"
#include "src/preflight/taken_along.hpp"
#include "src/schema/projection.hpp"
#include "src/schema/set_column.hpp"
#include "src/schema/table_definition.hpp"
#include "src/servers/server_facts.hpp"
#include "src/tables/saved_state.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace segue::preflight {

/// Why a run cannot go on from where an earlier one stopped.
struct no_way_on {
    std::string why;        ///< A sentence.
    bool asked_so = false;  ///< One that is asked otherwise could; `why` says how.
};

/// What the operator asked for.
struct inspection_request {
    table_name original;
    servers::server_kind server = servers::server_kind::primary;
    std::string alter_text;                          ///< Bare options, or a whole ALTER TABLE.
    std::vector<expressions::assignment> sets = {};  ///< --set
    bool nondeterministic_sets = false;              ///< --allow-nondeterministic
    bool drop_ghost = false;                         ///< --initially-drop-ghost-table
    bool drop_old = false;     ///< --initially-drop-old-table: that it exists is no obstacle.
    table_naming naming = {};  ///< --force-table-names, --timestamp-old-table
    /// --allow-zero-in-date: as if the server's sql_mode had neither NO_ZERO_DATE nor
    /// NO_ZERO_IN_DATE.
    bool allow_zero_dates = false;
    bool approve_renames = false;       ///< --approve-renamed-columns: their values are carried on.
    bool skip_renames = false;          ///< --skip-renamed-columns: their values are left behind.
    bool discard_foreign_keys = false;  ///< --discard-foreign-keys
    bool nullable_key = false;          ///< --allow-nullable-unique-key: where no other key serves.
    trigger_request triggers;
    /// The pair of triggers that this very change ends, of the column by which it is known: the
    /// columns that it keeps in step may be changed, and the new table gets none of it.
    std::optional<ended_pair> ends_pair = {};
    earlier::run_use earlier = earlier::run_use::gone_on_with;  ///< --no-resume, --resume
    bool rehearsal = false;  ///< The empty new table is `_<t>_ghr`, and nothing else is touched.
    std::chrono::milliseconds
        stall_budget{};                     ///< Into which RENAME TABLE is to fit; given by a run.
    bool replica_image_is_minimal = false;  ///< The stream's replica logs no FULL images.
    std::string run_token = {};             ///< Of the run that inspects; a rehearsal has none.
    /// What stands against going on from such a state, as the servers are now; nullopt: nothing.
    /// Unset: nothing ever does.
    std::function<std::optional<no_way_on>(const tables::saved_state&)> look_at_servers = {};
    /// Whether a connection is one of the run's own. Unset: it has none but the one that inspects.
    std::function<bool(std::uint64_t connection)> is_ours = {};
};

/// A table that an earlier run may have left.
struct table_to_drop {
    table_name name;
    std::optional<std::uint64_t> rows;  ///< By the server's estimate; nullopt: it is not there.
    std::string why;                    ///< As "as --no-resume says".
};

/// A row of the original, and what columns that are set get from it. For a rehearsal to tell.
struct sampled_row {
    struct value {
        std::string column;
        db::value is;
    };
    std::string key;            ///< "(1)", as messages have it.
    std::vector<value> reads;   ///< What the expressions read.
    std::vector<value> before;  ///< Of the columns that are set: as many as the original has.
    std::vector<value> after;   ///< Of all of them.
};

/// Where a run starts, by what an earlier one left and by what was asked for.
enum class beginning {
    anew,
    from_earlier,  ///< Where an earlier run ended, as far as its state tells.
    /// An earlier run has done all there is to do but to clean up: of the new table nothing is in
    /// the plan.
    from_swap
};

/// Everything that is known before rows move; immutable once made.
struct plan {
    migration_tables tables;
    servers::server_facts server;
    std::string stream_host;  ///< Of the replica that the stream comes from; else server.host.
    schema::table_definition original;
    /// As the server made it from the ALTER; still empty, unless the run goes on.
    schema::table_definition target;
    earlier::state earlier;  ///< What there was when the inspection began.
    beginning begins = beginning::anew;
    /// The state of the run that this one goes on with, which is this one's now. Unset: it begins.
    std::optional<tables::saved_state> goes_on;
    std::vector<schema::set_column> sets;  ///< As --set asks for, judged by the server.
    schema::projection projection;
    std::string key_explanation;
    /// Columns of the key that can be NULL, as the original has them: no row may hold one.
    std::vector<std::string> nullable_key_columns;
    taken_along along;
    /// What will not be as ALTER TABLE would make it, one sentence each.
    std::vector<std::string> notes;
    /// What RENAME TABLE in the swap takes, where that is more than some milliseconds: measured on
    /// empty tables, for tables with partitions.
    std::optional<std::chrono::milliseconds> rename_time;
    /// What a run would drop before it copies. Filled by a rehearsal alone.
    std::vector<table_to_drop> drops;
    /// The first rows by the key, where columns are set. Filled by a rehearsal alone.
    std::vector<sampled_row> set_sample = {};
    /// What the ALTER sets the table's AUTO_INCREMENT to, if it does.
    std::optional<std::uint64_t> auto_increment;
};

}  // namespace segue::preflight
