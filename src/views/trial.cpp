#include "src/views/trial.hpp"

#include "src/base/error.hpp"
#include "src/base/fault_point.hpp"
#include "src/base/table_naming.hpp"
#include "src/new_table/empty_table.hpp"
#include "src/new_table/left_for_a_moment.hpp"
#include "src/servers/tables_there.hpp"
#include "src/views/seen_view.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace segue::views {
namespace {

using schema::column;

// Of another engine a table made LIKE another one may be the same rows: a MERGE table's are in
// tables of its own, a FEDERATED one's on another server.
bool may_be_copied_empty(const std::string& engine) {
    constexpr std::array<std::string_view, 3> known{"InnoDB", "MyISAM", "MEMORY"};
    return std::ranges::find(known, engine) != known.end();
}

// A value for a spatial column, which has none in place of a missing one.
// https://dev.mysql.com/doc/refman/8.4/en/gis-data-formats.html
std::string spatial_value(const column& one) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> values{{
        {"linestring", "LINESTRING(0 0,1 1)"},
        {"polygon", "POLYGON((0 0,0 1,1 1,0 0))"},
        {"multipoint", "MULTIPOINT(0 0)"},
        {"multilinestring", "MULTILINESTRING((0 0,1 1))"},
        {"multipolygon", "MULTIPOLYGON(((0 0,0 1,1 1,0 0)))"},
        {"geomcollection", "GEOMETRYCOLLECTION(POINT(0 0))"},
    }};
    const auto* const at = std::ranges::find(
        values, one.data_type, [](const auto& value) { return std::string(value.first); });
    return fmt::format("ST_GeomFromText('{}',{})", at == values.end() ? "POINT(0 0)" : at->second,
                       one.srid.value_or(0));
}

bool is_spatial(const column& one) {
    constexpr std::array<std::string_view, 8> types{
        "geometry",   "point",           "linestring",   "polygon",
        "multipoint", "multilinestring", "multipolygon", "geomcollection"};
    return std::ranges::find(types, one.data_type) != types.end();
}

class attempt {
  public:
    attempt(db::session& session, const schema::table_definition& table,
            std::span<const view_column> columns)
        : session_(session),
          table_(table),
          columns_(columns),
          names_(view_trial_beside(table.name)) {}

    std::vector<refusal> run() {
        if (!may_be_copied_empty(table_.engine))
            return {{fmt::format("{} is of the engine {}, of which no empty copy can be made to "
                                 "try a view on",
                                 table_.name.quoted(), table_.engine),
                     "Make the view by hand, and try it."}};
        clear_left_by_trial(session_, table_.name);
        const preflight::table_record nobody{[](const auto&) {}, [](const auto&) {}};
        preflight::empty_table copy(session_, nobody, names_.table, table_.name,
                                    preflight::empty_table::purpose::for_a_moment);
        let_any_row_in();
        session_.execute(fmt::format("CREATE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW {} AS {}",
                                     names_.view.quoted(), select_of(names_.table, columns_)));
        fault::point("views.trial_made");
        std::vector<refusal> found;
        try {
            found = write_through();
        } catch (const error& failure) {
            if (!failure.connection_lost()) drop_view();
            throw;
        }
        drop_view();
        copy.drop();
        return found;
    }

  private:
    // What a row must be like is not what is asked.
    void let_any_row_in() {
        const std::string of_copy =
            fmt::format("TABLE_SCHEMA={} AND TABLE_NAME={}", quoted_literal(names_.table.schema),
                        quoted_literal(names_.table.name));
        for (const db::row& one : session_.query(fmt::format(
                 R"(SELECT CONSTRAINT_NAME FROM information_schema.TABLE_CONSTRAINTS
                    WHERE {} AND CONSTRAINT_TYPE='CHECK' AND ENFORCED='YES')",
                 of_copy)))
            session_.execute(fmt::format("ALTER TABLE {} ALTER CHECK {} NOT ENFORCED",
                                         names_.table.quoted(), quoted_name(one[0].value_or(""))));
        if (!session_
                 .query(fmt::format("SELECT 1 FROM information_schema.PARTITIONS WHERE {} AND "
                                    "PARTITION_NAME IS NOT NULL LIMIT 1",
                                    of_copy))
                 .empty())
            session_.execute(
                fmt::format("ALTER TABLE {} REMOVE PARTITIONING", names_.table.quoted()));
    }

    std::vector<refusal> write_through() {
        const auto seen = see_view(session_, names_.view);
        if (!seen || !seen->updatable)
            return {{fmt::format("the server says that a view on {} cannot be updated "
                                 "(IS_UPDATABLE is NO)",
                                 table_.name.quoted()),
                     "Leave the table out, or make the view by hand."}};
        session_.execute("START TRANSACTION");
        std::vector<refusal> found;
        try {
            found = insert_change_and_delete();
        } catch (const error& failure) {
            if (failure.connection_lost()) throw;
            found = {{fmt::format("a view on {} cannot be written through: {}",
                                  table_.name.quoted(), failure.what()),
                      "This was found on an empty copy of the table."}};
        }
        session_.execute("ROLLBACK");
        return found;
    }

    std::vector<refusal> insert_change_and_delete() {
        const std::string view = names_.view.quoted();
        static_cast<void>(session_.query("SELECT LAST_INSERT_ID(0)"));
        // IGNORE: a column without a default gets a value of the server's choice.
        if (session_.execute(insert_statement()) != 1)
            return {{fmt::format("a row that was inserted through a view on an empty copy of {} "
                                 "did not come to be",
                                 table_.name.quoted()),
                     "Make the view by hand, and try it."}};
        if (const auto at = std::ranges::find(table_.columns, true, &column::auto_increment);
            at != table_.columns.end()) {
            const db::row number =
                session_.query_row(fmt::format("SELECT LAST_INSERT_ID(), {} FROM {}",
                                               quoted_name(at->name), names_.table.quoted()));
            if (number[0] != number[1])
                return {{fmt::format("an INSERT through a view on {} does not set "
                                     "LAST_INSERT_ID() to the value of its AUTO_INCREMENT column",
                                     table_.name.quoted()),
                         "The view has to have that column."}};
        }
        if (const std::string sets = assignments(); !sets.empty())
            session_.execute(fmt::format("UPDATE {} SET {}", view, sets));
        if (session_.execute("DELETE FROM " + view) != 1)
            return {
                {fmt::format("no row can be deleted through a view on {}", table_.name.quoted()),
                 "Make the view by hand, and try it."}};
        return {};
    }

    std::string insert_statement() const {
        std::string names;
        std::string values;
        for (const view_column& one : columns_) {
            const column* const of = table_.find_column(one.made_from);
            if (!is_spatial(*of) || may_be_left_out(*of)) continue;
            names += (names.empty() ? "" : ",") + quoted_name(one.name);
            values += (values.empty() ? "" : ",") + spatial_value(*of);
        }
        return fmt::format("INSERT IGNORE INTO {} ({}) VALUES ({})", names_.view.quoted(), names,
                           values);
    }

    std::string assignments() const {
        std::string sets;
        for (const view_column& one : columns_)
            if (!table_.find_column(one.made_from)->generated)
                sets += fmt::format("{}{}={}", sets.empty() ? "" : ",", quoted_name(one.name),
                                    quoted_name(one.name));
        return sets;
    }

    void drop_view() { session_.execute("DROP VIEW " + names_.view.quoted()); }

    db::session& session_;
    const schema::table_definition& table_;
    const std::span<const view_column> columns_;
    const view_trial_names names_;
};

}  // namespace

std::vector<refusal> try_view(db::session& session, const schema::table_definition& table,
                              std::span<const view_column> columns) {
    return attempt(session, table, columns).run();
}

std::optional<table_name> view_left_by_trial(db::session& session, const table_name& table) {
    const auto [copy, view] = view_trial_beside(table);
    const auto seen = see_view(session, view);
    // No other view is over a table of that name.
    if (!seen || !seen->definition.ends_with(" from " + copy.quoted())) return std::nullopt;
    return view;
}

void clear_left_by_trial(db::session& session, const table_name& table) {
    const auto [copy, view] = view_trial_beside(table);
    if (servers::type_of_table(session, view)) {
        if (!view_left_by_trial(session, table))
            throw_refusals({{fmt::format("{} exists, and Segue has not made it", view.quoted()),
                             "Segue tries views under that name for a moment: rename it."}});
        session.execute("DROP VIEW " + view.quoted());
    }
    preflight::clear_for_a_moment(session, copy, {table});
}

}  // namespace segue::views
