#pragma once

#include "src/base/table_name.hpp"
#include "src/schema/table_definition.hpp"

#include <string>
#include <vector>

/// The SQL of the pair of triggers that keeps two columns in step. Pure. Why it is as it is:
/// docs/decisions/0029.
namespace segue::expand {

/// What the triggers are made from.
struct pair_parts {
    schema::column old_column;
    schema::column new_column;
    std::string up;                      ///< Over NEW: what the new column is by the old one,
    std::string down;                    ///< and the old one by the new one.
    std::vector<schema::column> inputs;  ///< That the way up reads besides the old column.
    std::string old_default;             ///< Its literal; empty: NULL, or none.
};

/// What a trigger does, from BEGIN to END.
std::string body_of_update(const pair_parts& of);
std::string body_of_insert(const pair_parts& of);

/// How a trigger is made.
struct trigger_parts {
    table_name name;    ///< In the schema of its table.
    std::string event;  ///< UPDATE or INSERT
    table_name table;
    std::string definer;  ///< As CREATE takes it.
    std::string order;    ///< "FOLLOWS `x`", or empty.
    std::string body;
};
std::string create_trigger(const trigger_parts& of);

}  // namespace segue::expand
