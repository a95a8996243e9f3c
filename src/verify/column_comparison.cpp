#include "src/verify/column_comparison.hpp"

#include "src/base/error.hpp"
#include "src/schema/column_line.hpp"
#include "src/schema/key_column.hpp"
#include "src/verify/value_forms.hpp"

#include <algorithm>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace segue::verify {
namespace {

using schema::column;

std::string qualified(const table_name& table, const std::string& column_name) {
    return table.quoted() + "." + quoted_name(column_name);
}

// "(10,2)" of "decimal(10,2) unsigned"; empty where there is none.
std::string_view digits_of(const column& of) {
    const std::string_view type = of.column_type;
    const std::size_t open = type.find('(');
    return open == type.npos ? "" : type.substr(open, type.find(')') + 1 - open);
}

std::string as_integer(const column& to, const std::string& expression, const column* from) {
    if (from != nullptr && schema::is_integer(*from)) return expression;
    // Of a text CAST takes the digits before the point; INSERT rounds.
    if (from != nullptr && (has_text(*from) || from->data_type == "json"))
        return fmt::format("CAST({} AS DECIMAL(65,0))", expression);
    return fmt::format("CAST({} AS {})", expression, to.is_unsigned() ? "UNSIGNED" : "SIGNED");
}

std::string as_real(const column& to, const std::string& expression) {
    const auto digits = schema::numbers_of(to.column_type);
    if (digits.size() == 2)
        return fmt::format("ROUND(CAST({} AS DOUBLE),{})", expression, digits[1]);
    return fmt::format("CAST({} AS {})", expression, to.data_type == "float" ? "FLOAT" : "DOUBLE");
}

std::string as_moment(const column& to, const std::string& expression, const column* from) {
    const std::string digits(digits_of(to));
    if (to.data_type != "timestamp")
        return fmt::format("CAST({} AS DATETIME{})", expression, digits);
    if (from != nullptr && from->data_type == "timestamp")
        return fmt::format("ROUND(UNIX_TIMESTAMP({}),{})", expression,
                           digits.empty() ? "0" : digits.substr(1, digits.size() - 2));
    return fmt::format("UNIX_TIMESTAMP(CAST({} AS DATETIME{}))", expression, digits);
}

std::string as_text(const column& to, const std::string& expression) {
    const std::string text =
        fmt::format("CONVERT({} USING {})", expression, schema::charset_of(to.collation));
    return to.data_type == "char" ? fmt::format("RTRIM({})", text) : text;
}

// What INSERT makes of the expression for the column, as far as an expression has it, in the form
// of comparable(). `from`: the column carried on; nullptr: a value of our own.
std::string made_comparable(const column& to, const std::string& expression, const column* from) {
    const std::string_view type = to.data_type;
    if (schema::is_integer(to)) return as_integer(to, expression, from);
    if (type == "decimal") return fmt::format("CAST({} AS DECIMAL{})", expression, digits_of(to));
    if (one_of(type, {"float", "double"})) return as_real(to, expression);
    if (type == "bit") return fmt::format("({}+0)", expression);
    if (type == "date") return fmt::format("CAST({} AS DATE)", expression);
    if (type == "time") return fmt::format("CAST({} AS TIME{})", expression, digits_of(to));
    if (one_of(type, {"datetime", "timestamp"})) return as_moment(to, expression, from);
    if (type == "binary") return fmt::format("CAST({} AS BINARY{})", expression, digits_of(to));
    if (one_of(type, {"varbinary", "tinyblob", "blob", "mediumblob", "longblob"}) ||
        is_geometry(to) || type == "vector")
        return as_bytes(expression);
    if (type == "json") return fmt::format("CAST({} AS JSON)", expression);
    if (has_text(to)) return comparable(to, as_text(to, expression));
    return expression;
}

bool takes_bytes(const column& to) {
    return is_geometry(to) || one_of(to.data_type, {"vector", "binary", "varbinary", "tinyblob",
                                                    "blob", "mediumblob", "longblob"});
}

// INSERT makes something of a spatial value or a vector for a column of any type, and expressions
// refuse it as what they make a number or a text of: "Incorrect arguments to cast_as_signed". They
// take its bytes; where INSERT makes something else of it, the row is judged in another way.
std::string accepted_value(const column& to, const std::string& expression, const column* from) {
    if (from == nullptr || takes_bytes(to)) return expression;
    const bool refused =
        from->data_type == "vector" || (is_geometry(*from) && to.data_type != "json");
    return refused ? as_bytes(expression) : expression;
}

// Members are the same by their text, whatever their number is. What is set is mostly text.
std::string equal_members(const column& to, const std::string& name, const std::string& expression,
                          const column* from, bool set) {
    const bool by_text =
        set || (from != nullptr && (has_text(*from) || is_numbered(*from) ||
                                    conversion_of(*from, to) == schema::conversion::as_text));
    if (!by_text) return fmt::format("({}+0)<=>({}+0)", expression, name);
    const std::string_view charset = schema::charset_of(to.collation);
    return fmt::format("{}<=>{}",
                       as_bytes(fmt::format("CONVERT({} USING {})", expression, charset)),
                       as_bytes(fmt::format("CONVERT({} USING {})", name, charset)));
}

bool carried_unchanged(const column& from, const column& to, const std::string& expression,
                       const table_name& source) {
    return from.column_type == to.column_type && from.collation == to.collation &&
           expression == qualified(source, from.name);
}

std::string equal_values(const column& to, const std::string& name, const std::string& expression,
                         const column* from, const table_name& source, bool set = false) {
    if (from != nullptr && carried_unchanged(*from, to, expression, source))
        return are_same(to, comparable(to, expression), comparable(to, name));
    const std::string value = accepted_value(to, expression, from);
    if (is_numbered(to)) return equal_members(to, name, value, from, set);
    return are_same(to, made_comparable(to, value, from), comparable(to, name));
}

// Columns of the target whose values are set, and generated ones that read such a column, or may.
// One of these can read only those that stand before it.
std::set<std::string> with_other_values(const schema::projection& projection,
                                        const schema::table_definition& target) {
    std::set<std::string> found;
    for (const schema::projected_column& one : projection.columns)
        if (one.set) found.insert(one.target);
    for (const column& one : target.columns) {
        const std::string_view line = schema::column_line(target, one.name);
        if (one.generated && std::ranges::any_of(found, [&](const std::string& name) {
                return line.find(quoted_name(name), 1) != line.npos;
            }))
            found.insert(one.name);
    }
    return found;
}

bool computed_alike(const column& to, const schema::table_definition& source,
                    const schema::table_definition& target) {
    const column* const from = source.find_column(to.name);
    const std::string_view line = schema::column_line(target, to.name);
    return from != nullptr && from->generated && from->collation == to.collation && !line.empty() &&
           line == schema::column_line(source, from->name);
}

}  // namespace

compared_columns compare_columns(const schema::projection& projection,
                                 const schema::table_definition& source,
                                 const schema::table_definition& target) {
    compared_columns made;
    const auto add = [&](const column& to, std::string equal) {
        made.columns.push_back({.target = to.name,
                                .equal = std::move(equal),
                                .value = printable(to, qualified(target.name, to.name))});
    };
    const auto others = with_other_values(projection, target);
    for (const column& to : target.columns) {
        const std::string name = qualified(target.name, to.name);
        const auto written =
            std::ranges::find(projection.columns, to.name, &schema::projected_column::target);
        if (written != projection.columns.end() && !written->deterministic) {
            made.left_out.push_back(quoted_name(to.name) +
                                    (written->of_the_moment
                                         ? ": its value is of the moment at which a migration began"
                                         : ": set to what differs each time"));
        } else if (written != projection.columns.end()) {
            const column* const from =
                written->source ? source.find_column(*written->source) : nullptr;
            require(!written->source || from != nullptr,
                    "a projected column comes from a column of the source");
            add(to, equal_values(to, name, written->expression, from, source.name, written->set));
        } else if (to.generated && others.contains(to.name)) {
            made.left_out.push_back(quoted_name(to.name) + ": generated from a column that is set");
        } else if (to.generated && computed_alike(to, source, target)) {
            const column& from = *source.find_column(to.name);
            add(to, equal_values(to, name, qualified(source.name, from.name), &from, source.name));
        } else if (to.generated) {
            made.left_out.push_back(quoted_name(to.name) + ": generated by another definition");
        } else if (to.default_is_expression) {
            made.left_out.push_back(quoted_name(to.name) + ": new, with an expression as default");
        } else {
            add(to, are_same(to, comparable(to, fmt::format("DEFAULT({})", name)),
                             comparable(to, name)));
        }
    }
    return made;
}

}  // namespace segue::verify
