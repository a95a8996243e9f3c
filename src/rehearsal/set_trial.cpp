#include "src/rehearsal/set_trial.hpp"

#include "src/base/error.hpp"
#include "src/base/server_errors.hpp"
#include "src/db/retry.hpp"
#include "src/keys/key_codec.hpp"
#include "src/new_table/operators_names.hpp"
#include "src/preflight/sampled_values.hpp"
#include "src/rows/computed_value.hpp"
#include "src/rows/statements.hpp"
#include "src/schema/set_column.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include <fmt/format.h>

namespace segue::rehearsal {
namespace {

using keys::key_value;
using preflight::sampled_row;
using preflight::values_of;

constexpr unsigned rows_max = 10;
constexpr unsigned milliseconds_max = 2'000;

class trial {
  public:
    trial(db::session& session, const preflight::plan& made)
        : session_(session),
          made_(made),
          texts_(made.projection, /*locking_reads=*/false, made.server.packet_bytes_max) {
        for (const schema::set_column& set : made.sets) {
            for (const std::string& column : set.reads) add_once(reads_, column);
            if (const auto* const before = made.original.find_column(set.target))
                add_once(before_, before->name);
            if (const auto* const after = made.target.find_column(set.target))
                add_once(after_, after->name);
        }
    }

    set_trial run() {
        set_trial done;
        try {
            read_source(done.rows);
            if (!keys_.empty()) look_at_time();
        } catch (const error& failure) {
            if (failure.mysql_errno() != er::query_timeout) throw;
            done.warning = fmt::format(
                "the values of --set were not tried: for the first {} rows they take longer than "
                "{} "
                "ms. A run waits for them at each row.",
                rows_max, milliseconds_max);
            return done;
        }
        if (!keys_.empty()) done.refused = copy(done.rows);
        return done;
    }

  private:
    static void add_once(std::vector<std::string>& names, const std::string& name) {
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }

    static std::string names_in(const table_name& table, std::span<const std::string> columns) {
        std::string text;
        for (const std::string& one : columns)
            text += (text.empty() ? "" : ",") + table.quoted() + "." + quoted_name(one);
        return text;
    }

    std::string first_rows(const std::string& what) const {
        return fmt::format(
            "SELECT /*+ MAX_EXECUTION_TIME({}) */ {} FROM {} FORCE INDEX ({}){} "
            "LIMIT {}",
            milliseconds_max, what, made_.projection.source.quoted(),
            quoted_name(made_.projection.key.source_index), texts_.source_order(), rows_max);
    }

    void read_source(std::vector<sampled_row>& rows) {
        std::vector<std::string> columns = reads_;
        columns.insert(columns.end(), before_.begin(), before_.end());
        const std::string names = names_in(made_.projection.source, columns);
        const std::size_t key = texts_.codec().columns();
        for (const db::row& found :
             session_.query(first_rows(texts_.source_key() + (names.empty() ? "" : ",") + names))) {
            const auto values = std::span(found);
            keys_.push_back(texts_.codec().from_row(values.first(key)));
            rows.push_back({.key = texts_.codec().describe(keys_.back()),
                            .reads = values_of(reads_, values.subspan(key)),
                            .before = values_of(before_, values.subspan(key + reads_.size())),
                            .after = {}});
        }
    }

    // A statement that writes has no limit of its own. What else fails is told by the one that
    // does.
    void look_at_time() {
        std::string values;
        for (const schema::set_column& set : made_.sets)
            values += (values.empty() ? "" : ",") + set.expression;
        try {
            static_cast<void>(session_.query(first_rows(values)));
        } catch (const error& failure) {
            if (failure.mysql_errno() == er::query_timeout || !db::may_be_the_rows(failure)) throw;
        }
    }

    std::optional<refusal> copy(std::vector<sampled_row>& rows) {
        if (const auto failed = copied(keys_, &rows)) {
            for (std::size_t i = 0; i < keys_.size(); ++i)
                if (const auto alone = copied(std::span(&keys_[i], 1), nullptr))
                    return refused("the row with the key " + rows[i].key, *alone);
            return refused("the first rows together", *failed);
        }
        return std::nullopt;
    }

    // Why the target does not take the rows; else fills `after`, where that is asked for.
    std::optional<error> copied(std::span<const key_value> keys, std::vector<sampled_row>* rows) {
        session_.execute("START TRANSACTION");
        std::optional<error> failed;
        try {
            session_.execute(texts_.carry_over_plainly(keys));
            if (rows != nullptr) read_target(keys, *rows);
        } catch (const error& failure) {
            if (!failure.connection_lost()) session_.execute("ROLLBACK");
            if (!db::may_be_the_rows(failure)) throw;
            return failure;
        }
        session_.execute("ROLLBACK");
        return std::nullopt;
    }

    void read_target(std::span<const key_value> keys, std::vector<sampled_row>& rows) {
        const std::size_t key = texts_.codec().columns();
        std::map<key_value, std::vector<sampled_row::value>> found;
        for (const db::row& one :
             session_.query(texts_.in_target(keys, names_in(made_.projection.target, after_)))) {
            const auto values = std::span(one);
            found.emplace(texts_.codec().from_row(values.first(key)),
                          values_of(after_, values.subspan(key)));
        }
        for (std::size_t i = 0; i < keys.size(); ++i)
            if (const auto at = found.find(keys[i]); at != found.end()) rows[i].after = at->second;
    }

    refusal refused(const std::string& what, const error& failure) const {
        const auto names =
            preflight::operators_names_of(made_.original, made_.target, made_.tables);
        return {fmt::format("the new table does not take {}: {}{}", what,
                            preflight::in_operators_words(failure.what(), names),
                            rows::hint_on_computed(failure, texts_.computed())),
                "Change the expression of --set, the column, or the rows."};
    }

    db::session& session_;
    const preflight::plan& made_;
    const rows::statements texts_;
    std::vector<std::string> reads_;
    std::vector<std::string> before_;
    std::vector<std::string> after_;
    std::vector<key_value> keys_;
};

}  // namespace

set_trial try_sets(db::session& session, const preflight::plan& made) {
    return made.sets.empty() ? set_trial{} : trial(session, made).run();
}

}  // namespace segue::rehearsal
