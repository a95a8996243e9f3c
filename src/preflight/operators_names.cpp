#include "src/preflight/operators_names.hpp"

#include "src/schema/check_constraint.hpp"

#include <algorithm>

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

std::string in_operators_words(std::string_view words, const operators_names& names) {
    std::string told;
    for (std::size_t at = 0; at < words.size();) {
        const std::size_t name_begin = at + 1;
        const std::size_t name_end =
            words[at] == '\'' ? words.find_first_of("'.", name_begin) : words.npos;
        const auto known =
            name_end == words.npos
                ? names.end()
                : names.find(std::string(words.substr(name_begin, name_end - name_begin)));
        told += words[at];
        at = name_begin;
        if (known == names.end()) continue;
        told += known->second;
        at = name_end;
    }
    return told;
}

}  // namespace segue::preflight
