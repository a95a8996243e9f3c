#include "src/split/split_projection.hpp"

#include "src/base/nearest_names.hpp"
#include "src/base/refusal.hpp"
#include "src/sql/identifier_case.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace segue::split {
namespace {

void refuse_unknown(std::vector<refusal>& refusals, const schema::table_definition& table,
                    const std::string& column) {
    refusals.push_back(
        {fmt::format("--columns: {} has no column {}", table.name.quoted(), quoted_name(column)),
         did_you_mean(column, table.column_names()) +
             "Left of = stands a column of the target, right of it one of the "
             "source."});
}

void check_columns(const schema::table_definition& source, const schema::table_definition& target,
                   std::span<const mapped_column> columns) {
    std::vector<refusal> refusals;
    for (const mapped_column& one : columns) {
        if (source.find_column(one.source) == nullptr) refuse_unknown(refusals, source, one.source);
        const schema::column* const to = target.find_column(one.target);
        if (to == nullptr)
            refuse_unknown(refusals, target, one.target);
        else if (to->generated)
            refusals.push_back({fmt::format("--columns: {} of {} is a generated column",
                                            quoted_name(to->name), target.name.quoted()),
                                "The server computes it: leave it out."});
        else if (to->auto_increment && source.find_column(one.source) != nullptr &&
                 source.find_column(one.source)->nullable)
            refusals.push_back(
                {fmt::format("--columns: {} of {} is AUTO_INCREMENT, and {} can be "
                             "NULL, for which the server would give out a number",
                             quoted_name(to->name), target.name.quoted(), quoted_name(one.source)),
                 "Map a NOT NULL column, or leave it out."});
    }
    throw_refusals(refusals);
}

bool is_mapped(std::span<const mapped_column> columns, const std::string& target) {
    return std::ranges::any_of(
        columns, [&](const mapped_column& one) { return sql::same_name(one.target, target); });
}

bool has_value_of_its_own(const schema::column& one) {
    return one.auto_increment || one.default_is_expression;
}

// Columns that are not written, without those that the server computes.
std::vector<const schema::column*> own_columns_of(const schema::table_definition& target,
                                                  std::span<const mapped_column> columns) {
    std::vector<const schema::column*> found;
    for (const schema::column& one : target.columns)
        if (!one.generated && !is_mapped(columns, one.name)) found.push_back(&one);
    return found;
}

void refuse_columns_without_value(const schema::table_definition& target,
                                  const std::vector<const schema::column*>& own) {
    std::vector<refusal> refusals;
    for (const schema::column* const one : own)
        if (!one->nullable && !one->default_text && !one->auto_increment)
            refusals.push_back(
                {fmt::format("the column {} of {} is NOT NULL without a DEFAULT, and "
                             "--columns does not name it",
                             quoted_name(one->name), target.name.quoted()),
                 "Map it, give it a DEFAULT, or let it be NULL."});
    throw_refusals(refusals);
}

// Why a row of the target may meet another one by this index, beside that of the key; nullopt: each
// row has a number of its own there, which we do not write.
std::optional<std::string> may_collide(const schema::index& one,
                                       const schema::table_definition& target,
                                       std::span<const mapped_column> columns) {
    bool numbered = false;
    for (const schema::index_part& part : one.parts) {
        if (part.column.empty()) return "has an expression";
        const schema::column* const column = target.find_column(part.column);
        if (column == nullptr || column->generated) return "has a generated column";
        if (is_mapped(columns, part.column))
            return fmt::format("has {}, which --columns writes", quoted_name(part.column));
        numbered = numbered || column->auto_increment;
    }
    if (numbered) return std::nullopt;
    return "has no AUTO_INCREMENT column, so that a new row may meet another one there";
}

// Why rows cannot be written over with each keeping what it has of its own.
std::optional<std::string> why_not_kept(const schema::projection& how,
                                        const schema::table_definition& source,
                                        const schema::table_definition& target,
                                        std::span<const mapped_column> columns) {
    for (const schema::index& one : target.indexes)
        if (one.unique && one.name != how.key.target_index)
            if (const auto why = may_collide(one, target, columns))
                return fmt::format("its unique index {} {}", quoted_name(one.name), *why);
    for (const mapped_column& one : columns)
        if (target.find_column(one.target)->data_type == "json" ||
            source.find_column(one.source)->data_type == "json")
            return fmt::format("{} is JSON, of which an update leaves an equal document as it is",
                               quoted_name(one.target));
    return std::nullopt;
}

void keep_own_values(schema::projection& how, const schema::table_definition& source,
                     const schema::table_definition& target, std::span<const mapped_column> columns,
                     const std::vector<const schema::column*>& own) {
    const auto first = std::ranges::find_if(
        own, [](const schema::column* one) { return has_value_of_its_own(*one); });
    if (first == own.end()) return;
    if (const auto why = why_not_kept(how, source, target, columns))
        throw_refusals(
            {{fmt::format("the column {} of {} has a value of its own for each row ({}), which it "
                          "could not keep when its row changes: {}",
                          quoted_name((*first)->name), target.name.quoted(),
                          (*first)->auto_increment ? "AUTO_INCREMENT" : "its DEFAULT", *why),
              "Drop that index until the split has ended, or add the column afterwards."}});
    how.upserts = true;
    how.keeps_rows = true;
}

std::string of_the_target(std::string text) {
    constexpr std::string_view theirs = "the new table";
    constexpr std::string_view ours = "the target";
    for (std::size_t at = text.find(theirs); at != text.npos; at = text.find(theirs, at))
        text.replace(at, theirs.size(), ours);
    return text;
}

}  // namespace

projected project(const schema::table_definition& source, const schema::table_definition& target,
                  std::span<const mapped_column> columns, const std::string& where,
                  const schema::key_conditions& under, const schema::value_rules& rules) {
    check_columns(source, target, columns);
    const auto own = own_columns_of(target, columns);
    refuse_columns_without_value(target, own);
    const schema::source_of source_of = [&](std::string_view name) -> std::optional<std::string> {
        for (const mapped_column& one : columns)
            if (sql::same_name(one.target, name)) return source.find_column(one.source)->name;
        return std::nullopt;
    };
    projected made;
    schema::key_choice choice = schema::choose_key(source, target, source_of, under);
    made.key_explanation = of_the_target(choice.explanation);
    if (!choice.chosen || !choice.chosen->same_in_target)
        throw_refusals(
            {{"no key names the rows in both tables: " + made.key_explanation,
              fmt::format("--columns has to map a key of {} whose columns are NOT NULL, and {} "
                          "needs a NOT NULL unique index exactly over the mapped columns, in their "
                          "order: UNIQUE KEY (...).",
                          source.name.quoted(), target.name.quoted())}});
    made.compared_target = target;
    std::erase_if(made.compared_target.columns,
                  [&](const schema::column& one) { return !is_mapped(columns, one.name); });
    made.how =
        schema::make_projection(source, made.compared_target, *choice.chosen, source_of, rules);
    made.how.where = where;
    for (const schema::column& one : target.columns)
        if (one.generated) made.how.computed.push_back(one.name);
    for (const schema::column* const one : own) made.own_columns.push_back(one->name);
    keep_own_values(made.how, source, target, columns, own);
    return made;
}

}  // namespace segue::split
