#include "src/schema/projection.hpp"

#include "src/base/error.hpp"
#include "src/base/one_line.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace segue::schema {
namespace {

bool one_of(std::string_view type, std::initializer_list<std::string_view> types) {
    return std::find(types.begin(), types.end(), type) != types.end();
}

// What ALTER TABLE puts into existing rows for a new NOT NULL column without a DEFAULT. A date's is
// zero, where the server takes that.
std::string implicit_default(const column& added, const conversion_rules& rules) {
    const std::string_view type = added.data_type;
    if (one_of(type, {"tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float",
                      "double", "year", "bit"}))
        return "0";
    if (one_of(type, {"char", "varchar", "tinytext", "text", "mediumtext", "longtext", "binary",
                      "varbinary", "tinyblob", "blob", "mediumblob", "longblob", "set"}))
        return "''";
    if (type == "enum") return "1";  // the number of its first value
    if (type == "time") return "'00:00:00'";
    if (type == "json") return "CAST('null' AS JSON)";
    const bool is_date = one_of(type, {"date", "datetime", "timestamp"});
    if (is_date && !rules.no_zero_date)
        return type == "date" ? "'0000-00-00'" : "'0000-00-00 00:00:00'";
    throw error(
        fmt::format("the new column {} ({}) is NOT NULL and has no DEFAULT, and its type "
                    "has no default that fits existing rows. Give it a DEFAULT, or let it "
                    "be NULL{}.",
                    quoted_name(added.name), added.column_type,
                    is_date ? "; or say --allow-zero-in-date, for zero dates" : ""));
}

// ALTER TABLE gives all rows one moment. The server's default would give each row the time at which
// it is carried over, and another one at its next change.
bool defaults_to_now(const column& added) {
    return one_of(added.data_type, {"timestamp", "datetime"}) && added.default_is_expression &&
           added.default_text && added.default_text->starts_with("CURRENT_TIMESTAMP");
}

// With the fraction of a second that the column has, cut off as NOW() cuts it. The offset makes it
// one moment for TIMESTAMP too, in any time zone.
// https://dev.mysql.com/doc/refman/8.4/en/datetime.html
std::string moment_literal(const column& added, const std::string& moment) {
    const std::size_t open = added.column_type.find('(');
    std::size_t digits = 0;
    if (open != added.column_type.npos)
        std::from_chars(added.column_type.data() + open + 1,
                        added.column_type.data() + added.column_type.size(), digits);
    const std::size_t point = moment.find('.');
    if (point == moment.npos || moment.size() <= point + digits)
        throw error(fmt::format("the server's clock says '{}': a moment has its fraction", moment));
    return quoted_literal(moment.substr(0, digits == 0 ? point : point + 1 + digits) + "+00:00");
}

std::string qualified(const table_name& table, const std::string& column_name) {
    return table.quoted() + "." + quoted_name(column_name);
}

// An update leaves a document as it is that is equal to the new one, and may be another: [1] is
// equal to [1.0]. https://dev.mysql.com/doc/refman/8.4/en/json.html#json-comparison
bool writes_documents(const projection& of, const table_definition& target) {
    return std::ranges::any_of(of.columns, [&](const projected_column& one) {
        const column* const to = target.find_column(one.target);
        return to != nullptr && to->data_type == "json" && (one.source || one.set);
    });
}

// How the value of a column is carried on.
projected_column carried_on(const table_definition& source, const column& from, const column& to,
                            const conversion_rules& rules) {
    const auto how = conversion_of(from, to);
    if (!how)
        throw error(fmt::format(
            "the column {} would change from {} to {}, and it is not proven that copying rows "
            "converts these types as ALTER TABLE does (docs/conversions.md). Run a plain ALTER "
            "TABLE for this column, or change it in two steps, by way of a third type.",
            quoted_name(to.name), from.column_type, to.column_type));
    return {.target = to.name,
            .expression = converted(from, to, *how, qualified(source.name, from.name), rules),
            .source = from.name,
            .of_the_moment = *how == conversion::as_today};
}

}  // namespace

value_rules read_value_rules(db::session& session) {
    const db::row found = session.query_row(
        R"(SELECT FIND_IN_SET('NO_ZERO_DATE',@@GLOBAL.sql_mode)>0,
             FIND_IN_SET('NO_ZERO_IN_DATE',@@GLOBAL.sql_mode)>0,
             CURRENT_DATE, UTC_TIMESTAMP(6))");
    return {.conversions = {.no_zero_date = found[0] == "1",
                            .no_zero_in_date = found[1] == "1",
                            .today = found[2].value_or("")},
            .moment = found[3].value_or("")};
}

projection make_projection(const table_definition& source, const table_definition& target,
                           const row_key& key, const source_of& source_of_target,
                           const value_rules& rules, std::span<const set_column> sets) {
    projection made;
    made.source = source.name;
    made.target = target.name;
    made.key = key;
    bool expression_default = false;
    std::set<std::string> goes_on;
    for (const column& to : target.columns) {
        const auto from = source_of_target(to.name);
        if (from) goes_on.insert(sql::fold_case(*from));
        if (const set_column* const set = find_set(sets, to.name)) {
            require(!from, "a column that is set carries none on");
            if (const column* const same = source.find_column(to.name))
                goes_on.insert(sql::fold_case(same->name));
            made.columns.push_back({.target = to.name,
                                    .expression = set->expression,
                                    .source = {},
                                    .set = true,
                                    .deterministic = set->deterministic});
            made.computed.push_back(to.name);
            made.description +=
                fmt::format("{}: set to {}{}\n", quoted_name(to.name), in_one_line(set->asked),
                            set->deterministic ? "" : ", which differs each time");
        } else if (to.generated) {
            made.computed.push_back(to.name);
            made.description += fmt::format("{}: computed by the server\n", quoted_name(to.name));
        } else if (from) {
            const column* const carried = source.find_column(*from);
            require(carried != nullptr, "a projected column comes from a column of the source");
            made.columns.push_back(carried_on(source, *carried, to, rules.conversions));
            made.description += fmt::format(
                "{}: from {}{}\n", quoted_name(to.name), quoted_name(carried->name),
                carried->column_type == to.column_type && carried->collation == to.collation
                    ? ""
                    : fmt::format(" ({} to {})", carried->column_type, to.column_type));
        } else if (!to.nullable && !to.default_text) {
            const std::string value = implicit_default(to, rules.conversions);
            made.columns.push_back({.target = to.name, .expression = value, .source = {}});
            made.description +=
                fmt::format("{}: new, {} as ALTER TABLE gives it\n", quoted_name(to.name), value);
        } else if (defaults_to_now(to)) {
            const std::string moment = moment_literal(to, rules.moment);
            made.columns.push_back(
                {.target = to.name, .expression = moment, .source = {}, .of_the_moment = true});
            made.description +=
                fmt::format("{}: new, {} in all rows\n", quoted_name(to.name), moment);
        } else {
            expression_default = expression_default || to.default_is_expression;
            if (to.default_is_expression) made.computed.push_back(to.name);
            if (to.sets_itself_on_update) made.kept_on_update.push_back(to.name);
            made.description += fmt::format("{}: new, its default ({})\n", quoted_name(to.name),
                                            to.default_text.value_or("NULL"));
        }
    }
    for (const column& from : source.columns)
        if (!goes_on.contains(sql::fold_case(from.name)))
            made.description += fmt::format("{}: dropped\n", quoted_name(from.name));
    const auto unique_indexes =
        std::count_if(target.indexes.begin(), target.indexes.end(),
                      [](const index& candidate) { return candidate.unique; });
    made.upserts = key.same_in_target && unique_indexes == 1 && !expression_default &&
                   !writes_documents(made, target);
    return made;
}

std::string text_of(const projection& of) {
    std::string text = fmt::format("key {} by {}:", of.key.source_index, of.key.target_index);
    for (const key_column& one : of.key.columns)
        text += fmt::format(" {} as {}", quoted_name(one.source), quoted_name(one.target));
    text += fmt::format("; {}\n", of.upserts ? "upserts" : "deletes, then inserts");
    for (const projected_column& one : of.columns)
        text += fmt::format("{} = {}\n", quoted_name(one.target), one.expression);
    if (!of.where.empty()) text += fmt::format("where {}\n", of.where);
    if (of.keeps_rows) text += "keeps rows\n";
    return text;
}

}  // namespace segue::schema
