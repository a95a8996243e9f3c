#include "cli/display/views_json.hpp"

#include "cli/display/ending.hpp"
#include "cli/display/json_fields.hpp"

#include <chrono>

#include <nlohmann/json.hpp>

namespace segue::display {
namespace {

using nlohmann::json;

std::string document(json fields) {
    fields["version"] = json_version;
    fields["kind"] = "views";
    fields["time"] = time_text(std::chrono::system_clock::now());
    return text_of(fields);
}

std::string_view name_of(views::fate is) {
    switch (is) {
        case views::fate::made:
            return "new";
        case views::fate::replaced:
            return "replaced";
        case views::fate::as_it_is:
            return "as it is";
    }
    return "";
}

json names_of(const std::vector<views::made_view>& all) {
    json names = json::array();
    for (const views::made_view& one : all) names.push_back(one.view.quoted());
    return names;
}

void add(json& fields, const views::plan& made) {
    fields["server"] = made.at.server;
    fields["schema_is_made"] = made.makes_schema;
    fields["notices"] = made.notices;
    fields["views"] = json::array();
    for (const views::planned_view& one : made.views)
        fields["views"].push_back({{"view", one.wanted.view.quoted()},
                                   {"table", one.wanted.table},
                                   {"is", name_of(one.is)},
                                   {"changes", one.changes},
                                   {"statement", one.statement}});
}

void add(json& fields, const views::removal& found) {
    fields["server"] = found.at.server;
    fields["to_drop"] = names_of(found.dropped);
    fields["not_there"] = names_of(found.forgotten);
    fields["changed_since"] = json::array();
    for (const auto& one : found.kept)
        fields["changed_since"].push_back({{"view", one.view.view.quoted()}, {"how", one.why}});
    fields["schema_is_ours"] = found.schema_is_ours;
    fields["schema_stays"] = found.schema_stays;
}

}  // namespace

std::string json_of(const views_end& end) {
    json fields{{"exit_code", end.why_not_done.empty() ? 0 : 1},
                {"why", end.why_not_done},
                {"executed", end.executed},
                {"done", end.done}};
    if (end.made) add(fields, *end.made);
    if (end.dropped) add(fields, *end.dropped);
    return document(std::move(fields));
}

std::string json_of_refused_views(std::string_view why) {
    return document({{"exit_code", 1}, {"why", why}});
}

}  // namespace segue::display
