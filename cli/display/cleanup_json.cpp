#include "cli/display/cleanup_json.hpp"

#include "cli/display/ending.hpp"
#include "cli/display/json_fields.hpp"

#include <chrono>

#include <nlohmann/json.hpp>

namespace segue::display {
namespace {

using commands::remnants;
using nlohmann::json;

std::string_view name_of(remnants::kind are) {
    switch (are) {
        case remnants::kind::none:
            return "none";
        case remnants::kind::resumable:
            return "resumable";
        case remnants::kind::stopped:
            return "stopped";
        case remnants::kind::swapped:
            return "swapped";
        case remnants::kind::unknown:
            return "unknown";
    }
    return "";
}

json fields_of(const commands::left_table& one) {
    return {{"table", one.name.quoted()}, {"rows_estimate", one.rows}, {"bytes", one.bytes}};
}

json names_of(const std::vector<table_name>& tables) {
    json names = json::array();
    for (const table_name& one : tables) names.push_back(one.quoted());
    return names;
}

json expanded_fields(const std::vector<commands::left_expand>& all) {
    json columns = json::array();
    for (const commands::left_expand& one : all)
        columns.push_back({{"new_column", one.what.asked.new_column},
                           {"old_column", one.what.asked.old_column},
                           {"up", one.what.asked.up},
                           {"down", one.what.asked.down},
                           {"definition", one.what.asked.definition},
                           {"definer", one.what.asked.definer},
                           {"sql_mode", one.what.sql_mode},
                           {"phase", name_of(one.what.at)},
                           {"begun", one.what.begun},
                           {"since", one.what.since},
                           {"run", one.what.run},
                           {"contract", one.what.contract},
                           {"found", one.what.found},
                           {"undoing", one.undoing}});
    return columns;
}

json split_fields(const std::vector<earlier::split_left>& splits) {
    json all = json::array();
    for (const earlier::split_left& one : splits)
        all.push_back({{"target", one.target.quoted()},
                       {"to_drop", {one.changelog.quoted(), one.state.quoted()}},
                       {"asked", one.asked},
                       {"phase", one.phase},
                       {"ended", one.ended},
                       {"spoiled", one.spoiled}});
    return all;
}

std::string document(json fields) {
    fields["version"] = json_version;
    fields["kind"] = "cleanup";
    fields["time"] = time_text(std::chrono::system_clock::now());
    return text_of(fields);
}

}  // namespace

std::string json_of(const cleaned_up& end) {
    const remnants& found = end.found;
    json tables = json::array();
    for (const commands::left_table& one : found.dropped) tables.push_back(fields_of(one));
    return document(
        {{"exit_code", end.why_not_done.empty() ? 0 : 1},
         {"why", end.why_not_done},
         {"executed", end.executed},
         {"done", end.done},
         {"server", found.server},
         {"table", found.original.quoted()},
         {"state", name_of(found.are)},
         {"state_because", found.why},
         {"run", found.run},
         {"alter", found.alter},
         {"phase", found.phase},
         {"rows_copied", found.copied},
         {"to_drop", std::move(tables)},
         {"foreign_keys_left", found.foreign_keys.left},
         {"grants_missing", found.foreign_keys.grants},
         {"to_drop_backfill", found.backfill ? fields_of(*found.backfill) : json(nullptr)},
         {"to_drop_trials", names_of(found.trials.ours)},
         {"not_known", names_of(found.trials.others)},
         {"splits", split_fields(found.splits)},
         {"expanded", expanded_fields(found.expanded)},
         {"kept", found.kept ? fields_of(*found.kept) : json(nullptr)},
         {"kept_though_asked", found.kept_though_asked}});
}

std::string json_of_refused_clean_up(std::string_view why) {
    return document({{"exit_code", 1}, {"why", why}});
}

}  // namespace segue::display
