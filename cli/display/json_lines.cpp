#include "cli/display/json_lines.hpp"

#include "cli/display/json_fields.hpp"
#include "cli/display/rehearsal_text.hpp"
#include "cli/display/status_line.hpp"
#include "src/base/flag_file.hpp"

#include <chrono>
#include <utility>

#include <nlohmann/json.hpp>

namespace segue::display::json_line {
namespace {

using nlohmann::json;

std::string line(std::string_view kind, json fields) {
    fields["version"] = json_version;
    fields["kind"] = kind;
    fields["time"] = time_text(std::chrono::system_clock::now());
    return text_of(fields);
}

void add_file(json& to, std::string_view flag, const std::string& path) {
    if (path.empty()) return;
    const auto state = look_at_flag_file(path);
    to.push_back({{"flag", flag},
                  {"path", path},
                  {"set", state.set || !state.unknown_because.empty()},
                  {"unknown_because", state.unknown_because}});
}

}  // namespace

std::string hint(const hints& of) {
    json files = json::array();
    add_file(files, "throttle-flag-file", of.throttling.flag_file);
    add_file(files, "throttle-additional-flag-file", of.throttling.additional_flag_file);
    add_file(files, "postpone-cut-over-flag-file", of.postpone_flag_file);
    add_file(files, "panic-flag-file", of.panic_flag_file);
    return line("hint", {{"table", of.about.original.quoted()},
                         {"ghost_table", of.about.ghost.quoted()},
                         {"primary", of.about.primary.host},
                         {"inspected", of.about.inspected.host},
                         {"executing_on", host_name()},
                         {"started", time_text(of.began)},
                         {"settings", fields_of_settings(of)},
                         {"control_replicas", of.pace.control_replicas.size()},
                         {"flag_files", std::move(files)},
                         {"socket", of.at.unix_path},
                         {"tcp_port", of.at.tcp_port}});
}

std::string status(const migration::progress& at) {
    return line("status", fields_of(at));
}

std::string phase(migration::phase entered) {
    return line("phase", {{"phase", migration::name_of(entered)}});
}

std::string notice(std::string_view text) {
    return line("notice", {{"text", text}});
}

std::string attempt(const migration::attempt& made) {
    return line("attempt", {{"number", made.number},
                            {"swapped", made.swapped},
                            {"stall_seconds", seconds_or_null(made.stall)},
                            {"why", made.gave_way_because}});
}

std::string swapped(const migration::outcome& made) {
    return line("swapped", {{"by_earlier_run", made.by_earlier_run},
                            {"attempts", made.cut_over_attempts},
                            {"stall_max_seconds", seconds_of(made.stall_max)},
                            {"stall_last_seconds", seconds_of(made.stall_last)},
                            {"position", made.position}});
}

std::string altered_instantly(std::chrono::milliseconds waited) {
    return line("altered", {{"instant", true}, {"stall_max_seconds", seconds_of(waited)}});
}

std::string answer(std::string_view text) {
    return line("answer", {{"text", text}});
}

std::string rehearsal(const preflight::plan& made, const migration::settings& with,
                      const std::vector<std::string>& warnings) {
    json all = made.server.weaker;
    for (const std::string& one : warnings) all.push_back(one);
    json sets = json::array();
    for (const auto& one : with.request.sets) sets.push_back(one.text());
    return line("rehearsal", {{"table", made.original.name.quoted()},
                              {"ghost_table", made.tables.ghost.quoted()},
                              {"old_table", made.tables.old.quoted()},
                              {"primary", made.server.host},
                              {"inspected", made.stream_host},
                              {"server_version", made.server.version},
                              {"set", std::move(sets)},
                              {"key", made.key_explanation},
                              {"columns", made.projection.description},
                              {"rows_estimate", made.original.rows_estimate},
                              {"data_bytes", made.original.data_bytes},
                              {"create_table", statement_after_swap(made)},
                              {"notes", made.notes},
                              {"warnings", std::move(all)},
                              {"text", rehearsal_text(made, with, warnings)}});
}

std::string outcome(const ending& last) {
    return line("outcome", {{"outcome", name_of(last.how)},
                            {"exit_code", last.exit_code},
                            {"why", last.why},
                            {"stopped_by", last.stopped_by},
                            {"last_words", last.lines}});
}

}  // namespace segue::display::json_line
