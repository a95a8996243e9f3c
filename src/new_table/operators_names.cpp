#include "src/new_table/operators_names.hpp"

#include "src/schema/check_constraint.hpp"

#include <cstddef>
#include <optional>

namespace segue::preflight {

operators_names operators_names_of(const schema::table_definition& original,
                                   const schema::table_definition& target,
                                   const migration_tables& tables) {
    operators_names names;
    for (const auto& one :
         schema::check_names(schema::check_constraints_of(original.create_statement),
                             original.name.name, target.name.name, tables.old.name))
        names.emplace(one.ghost, one.original);
    for (const auto& one : schema::check_constraints_of(target.create_statement))
        names.emplace(one.name, schema::check_name_after_rename(one.name, target.name.name,
                                                                original.name.name));
    names.emplace(target.name.name, original.name.name);
    return names;
}

namespace {

// Of a constraint without a name the server makes one while it runs the ALTER: the table's, and a
// number.
std::optional<std::string> operators_name(std::string_view name, const operators_names& names) {
    if (const auto known = names.find(std::string(name)); known != names.end())
        return known->second;
    constexpr std::string_view mark = "_chk_";
    const std::size_t at = name.rfind(mark);
    if (at == name.npos) return std::nullopt;
    const std::string_view number = name.substr(at + mark.size());
    const auto table = names.find(std::string(name.substr(0, at)));
    if (table == names.end() || number.empty() ||
        number.find_first_not_of("0123456789") != number.npos)
        return std::nullopt;
    return table->second + std::string(name.substr(at));
}

// Where a name may begin, and what ends it there: the server writes names in single quotes, with
// their table's before a dot, but for one: 'check constraint NAME expression'.
std::size_t end_of_name(std::string_view words, std::size_t begin) {
    constexpr std::string_view before = "'check constraint ";
    const std::string_view said = words.substr(0, begin);
    if (said.ends_with(before)) return words.find(" expression'", begin);
    return said.ends_with('\'') ? words.find_first_of("'.", begin) : words.npos;
}

}  // namespace

std::string in_operators_words(std::string_view words, const operators_names& names) {
    std::string told;
    for (std::size_t at = 0; at < words.size();) {
        const std::size_t end = end_of_name(words, at);
        const auto known =
            end == words.npos ? std::nullopt : operators_name(words.substr(at, end - at), names);
        if (known) {
            told += *known;
            at = end;
        }
        told += words[at++];
    }
    return told;
}

}  // namespace segue::preflight
