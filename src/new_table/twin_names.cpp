#include "src/new_table/twin_names.hpp"

#include <string>

#include <fmt/format.h>

namespace segue::preflight {
namespace {

// With other letters in the place of its last ones, so that it is as long.
table_name ending_with(const migration_tables& tables, const std::string& letters) {
    table_name name = tables.rehearsal;
    name.name.replace(name.name.size() - letters.size(), letters.size(), letters);
    return name;
}

}  // namespace

table_name expression_twin(const migration_tables& tables) {
    return ending_with(tables, "e");
}

table_name foreign_key_twin(const migration_tables& tables) {
    return ending_with(tables, "f");
}

table_name parent_twin(const migration_tables& tables, std::size_t parent) {
    return ending_with(tables, fmt::format("{:02}", parent + 1));
}

std::vector<table_name> tables_for_a_moment(const migration_tables& tables) {
    std::vector<table_name> names{tables.rehearsal, expression_twin(tables),
                                  foreign_key_twin(tables)};
    for (std::size_t i = 0; i < parent_twins_max; ++i) names.push_back(parent_twin(tables, i));
    return names;
}

}  // namespace segue::preflight
