#include "src/preflight/projected_pair.hpp"

#include "src/base/error.hpp"
#include "src/base/refusal.hpp"
#include "src/preflight/key_check.hpp"
#include "src/preflight/tried_change.hpp"
#include "src/rows/statements.hpp"
#include "src/schema/row_key.hpp"
#include "src/sql/alter_text.hpp"
#include "src/sql/rename_map.hpp"

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace segue::preflight {
namespace {

schema::table_definition table_that_is_there(db::session& session, const table_name& name) {
    auto found = schema::read_table(session, name);
    if (!found)
        throw_refusals(
            {{fmt::format("there is no table {} that the account can see", name.quoted()),
              "Check the names, and the account's privileges: SELECT on both tables."}});
    if (found->table_type != "BASE TABLE")
        throw_refusals({{fmt::format("{} is no table: {}", name.quoted(), found->table_type),
                         "Only tables are compared."}});
    return std::move(*found);
}

// A name of another case of letters may be that of the same table.
void throw_if_one_table(const schema::table_definition& source,
                        const schema::table_definition& target) {
    if (source.name == target.name)
        throw_refusals({{fmt::format("both are the table {}", source.name.quoted()),
                         "Give another one with --with-table, or --with-database."}});
}

schema::row_key common_key(db::session& session, const projected_pair& made,
                           const schema::source_of& source_of) {
    auto choice = schema::choose_key(
        made.source, made.target, source_of,
        {.full_images = true, .unambiguous_times = times_are_unambiguous(session)});
    if (!choice.chosen)
        throw_refusals(
            {{"no key names the rows in both tables: " + choice.explanation,
              fmt::format("{} needs a primary key, or a unique index over NOT NULL columns, and {} "
                          "an index over the same columns (docs/limits.md). Where columns were "
                          "renamed, --alter says it.",
                          made.source.name.quoted(), made.target.name.quoted())}});
    return std::move(*choice.chosen);
}

// What the ALTER makes and the target lacks is told of its definition.
void keep_settable(std::vector<schema::set_column>& sets, const projected_pair& of) {
    throw_refusals(schema::obstacles_to_setting(sets, of.wanted ? *of.wanted : of.target));
    if (!of.wanted) return;
    std::erase_if(sets, [&](const schema::set_column& one) {
        const schema::column* const to = of.target.find_column(one.target);
        return to == nullptr || to->generated;
    });
}

}  // namespace

projected_pair look_at_pair(db::session& session, const inspection_request& request,
                            const table_name& target, const std::stop_token& stop) {
    projected_pair made{.source = table_that_is_there(session, request.original),
                        .target = table_that_is_there(session, target),
                        .wanted = {},
                        .projection = {}};
    throw_if_one_table(made.source, made.target);
    const bool altered = !request.alter_text.empty();
    const auto alter = altered ? sql::parse_alter(request.alter_text) : sql::alter_statement{};
    sql::rename_map renames;
    if (altered)
        renames = sql::column_mapping(alter, made.source.column_names(),
                                      request.skip_renames ? sql::renamed_columns::left_behind
                                                           : sql::renamed_columns::carried_on);
    tried_change tried =
        try_change(session, alter, request, {.source = made.source, .target = target}, stop);
    made.wanted = std::move(tried.wanted);
    keep_settable(tried.sets, made);
    const schema::source_of source_of = [&](std::string_view name) -> std::optional<std::string> {
        if (schema::find_set(tried.sets, name) != nullptr) return std::nullopt;
        // A column that the ALTER does not make is one that it should have dropped or renamed.
        if (made.wanted && made.wanted->find_column(name) != nullptr)
            return renames.source_of(name);
        const schema::column* const found = made.source.find_column(name);
        return found == nullptr ? std::nullopt : std::optional(found->name);
    };
    made.projection =
        schema::make_projection(made.source, made.target, common_key(session, made, source_of),
                                source_of, schema::read_value_rules(session), tried.sets);
    // Which moment it was nobody has written down.
    for (schema::projected_column& one : made.projection.columns)
        one.deterministic = one.deterministic && !one.of_the_moment;
    made.packet_bytes_max =
        db::to_uint64(session.query_value("SELECT @@max_allowed_packet"), "max_allowed_packet");
    check_key_forms_in_source(
        session, rows::statements(made.projection, /*locking_reads=*/false, made.packet_bytes_max));
    return made;
}

}  // namespace segue::preflight
