#include "src/expand/pair_sql.hpp"

#include "src/earlier/expanded_columns.hpp"
#include "src/schema/byte_difference.hpp"
#include "src/schema/key_column.hpp"

#include <fmt/format.h>

namespace segue::expand {
namespace {

using schema::column;

std::string of_new(const column& one) {
    return "NEW." + quoted_name(one.name);
}
std::string of_old(const column& one) {
    return "OLD." + quoted_name(one.name);
}

// A variable of the column's own type: what is assigned to it becomes what the column would hold,
// or fails as that would.
std::string type_of(const column& one) {
    if (one.collation.empty()) return one.column_type;
    return fmt::format("{} CHARACTER SET {} COLLATE {}", one.column_type,
                       schema::charset_of(one.collation), one.collation);
}

std::string changed(const column& one) {
    return schema::differ_as_bytes(one, of_new(one), of_old(one));
}

std::string any_changed(const std::vector<column>& all) {
    std::string text;
    for (const column& one : all) text += (text.empty() ? "" : " OR ") + changed(one);
    return text.empty() ? "FALSE" : "(" + text + ")";
}

// Whether the new column holds what the way up gives; what that cannot give it does not hold.
std::string look_up(const pair_parts& of) {
    return fmt::format(
        R"(  BEGIN
    DECLARE EXIT HANDLER FOR SQLEXCEPTION SET segue_right = FALSE;
    SET segue_up = {};
    SET segue_fits = TRUE;
    SET segue_right = NOT {};
  END;
)",
        of.up, schema::differ_as_bytes(of.new_column, of_new(of.new_column), "segue_up"));
}

std::string beginning(const pair_parts& of) {
    return fmt::format(
        R"(BEGIN
  {}
  DECLARE segue_up {};
  DECLARE segue_fits, segue_right BOOLEAN DEFAULT FALSE;
)",
        earlier::pair_mark(of.new_column.name), type_of(of.new_column));
}

}  // namespace

// Where neither has changed, a row that is right by the way back is left as it is, and one for
// which there is no way up does not end a statement that has nothing to do with it.
std::string body_of_update(const pair_parts& of) {
    const std::string newer = of_new(of.new_column);
    const std::string older = of_new(of.old_column);
    return beginning(of) +
           fmt::format("  DECLARE segue_down {};\n{}", type_of(of.old_column), look_up(of)) +
           fmt::format(
               R"(  IF NOT segue_right THEN
    IF NOT {new_changed} AND ({old_changed} OR {inputs_changed}) THEN
      SET {newer} = {up};
    ELSEIF {new_changed} AND NOT {old_changed} THEN
      SET {older} = {down};
    ELSEIF NOT {new_changed} THEN
      BEGIN
        DECLARE EXIT HANDLER FOR SQLEXCEPTION SET segue_right = FALSE;
        IF {newer} IS NOT NULL THEN
          SET segue_down = {down};
          SET segue_right = NOT {differs};
        END IF;
      END;
      IF segue_fits AND NOT segue_right THEN
        SET {newer} = segue_up;
      END IF;
    END IF;
  END IF;
END)",
               fmt::arg("new_changed", changed(of.new_column)),
               fmt::arg("old_changed", changed(of.old_column)),
               fmt::arg("inputs_changed", any_changed(of.inputs)), fmt::arg("newer", newer),
               fmt::arg("older", older), fmt::arg("up", of.up), fmt::arg("down", of.down),
               fmt::arg("differs", schema::differ_as_bytes(of.old_column, older, "segue_down")));
}

// A column that was not given is NULL here, or holds its default; one that must not be NULL and has
// no default is NULL as well.
std::string body_of_insert(const pair_parts& of) {
    const std::string newer = of_new(of.new_column);
    const std::string older = of_new(of.old_column);
    std::string variables;
    std::string is_default;
    if (!of.old_default.empty()) {
        variables = fmt::format("  DECLARE segue_default {} DEFAULT {};\n", type_of(of.old_column),
                                of.old_default);
        is_default = fmt::format(" OR NOT {}",
                                 schema::differ_as_bytes(of.old_column, older, "segue_default"));
    }
    const std::string wanted = of.old_column.nullable ? "" : fmt::format(" OR {} IS NULL", older);
    return beginning(of) + variables +
           fmt::format(
               R"(  IF {newer} IS NULL THEN
    SET {newer} = {up};
  ELSEIF {older} IS NULL{is_default} THEN
  {look}    IF NOT segue_right{wanted} THEN
      SET {older} = {down};
    END IF;
  END IF;
END)",
               fmt::arg("newer", newer), fmt::arg("older", older), fmt::arg("up", of.up),
               fmt::arg("down", of.down), fmt::arg("is_default", is_default),
               fmt::arg("look", look_up(of)), fmt::arg("wanted", wanted));
}

std::string create_trigger(const trigger_parts& of) {
    return fmt::format("CREATE DEFINER={} TRIGGER {} BEFORE {} ON {} FOR EACH ROW {}{}{}",
                       of.definer, of.name.quoted(), of.event, of.table.quoted(), of.order,
                       of.order.empty() ? "" : " ", of.body);
}

}  // namespace segue::expand
