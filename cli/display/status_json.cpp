#include "cli/display/status_json.hpp"

#include "cli/display/json_fields.hpp"

#include <nlohmann/json.hpp>

namespace segue::display {
namespace {

// Of the fields' names and meanings; a field more is no other version.
constexpr unsigned format = 1;

}  // namespace

std::string status_json(const migration::progress& at, const hints* known) {
    auto made = fields_of(at);
    made["format"] = format;
    if (known != nullptr) {
        made["table"] = known->about.original.quoted();
        made["ghost_table"] = known->about.ghost.quoted();
        made["settings"] = fields_of_settings(*known);
    }
    return text_of(made);
}

}  // namespace segue::display
