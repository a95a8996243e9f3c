#include "cli/display/verification_json.hpp"

#include "cli/display/ending.hpp"
#include "cli/display/json_fields.hpp"

#include <nlohmann/json.hpp>

namespace segue::display {
namespace {

using nlohmann::json;

std::string kind_of(verify::difference_kind of) {
    switch (of) {
        case verify::difference_kind::changed:
            return "changed";
        case verify::difference_kind::missing:
            return "missing";
        case verify::difference_kind::surplus:
            return "surplus";
    }
    return "";
}

// Of tables that were not compared to the end nobody knows that they are equal.
json equal(const commands::compared_tables& of) {
    if (of.differ()) return false;
    if (of.ended_by) return nullptr;
    return true;
}

void add_compared(json& made, const commands::compared_tables& of) {
    json rows = json::array();
    for (std::size_t i = 0; i < of.differences.size(); ++i)
        rows.push_back({{"kind", kind_of(of.rows.differences[i].kind)},
                        {"columns", of.rows.differences[i].columns},
                        {"text", of.differences[i]}});
    made["table"] = of.source.quoted();
    made["with_table"] = of.target.quoted();
    made["equal"] = equal(of);
    made["complete"] = !of.ended_by && !of.rows.there_may_be_more;
    made["rows"] = of.rows.rows;
    made["rows_in_other"] = of.rows.rows_in_target;
    made["ranges"] = of.rows.ranges;
    made["ranges_left_out"] = of.rows.skipped;
    made["differences"] = std::move(rows);
    made["may_be_more"] = of.rows.there_may_be_more;
    made["definition_compared"] = of.definition_compared;
    made["definition_differences"] = of.definition_differences;
}

}  // namespace

std::string json_of(const verification_end& end) {
    json made = {{"version", json_version},
                 {"kind", "verification"},
                 {"exit_code", end.exit_code},
                 {"why", end.why},
                 {"notices", end.notices}};
    if (end.compared != nullptr) add_compared(made, *end.compared);
    return text_of(made);
}

}  // namespace segue::display
