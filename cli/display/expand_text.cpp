#include "cli/display/expand_text.hpp"

#include "cli/display/json_fields.hpp"
#include "cli/display/rehearsal_text.hpp"
#include "cli/display/status_line.hpp"
#include "src/base/table_name.hpp"

#include <fmt/format.h>

namespace segue::display {
namespace {

using nlohmann::json;

// What would be made, or is there.
std::string parts_text(const expand::plan& made) {
    const auto line = [](bool there, const std::string& what) {
        return fmt::format("  {}{}\n", what, there ? " (is there)" : "");
    };
    std::string text = line(made.column_is_there, "the column " + made.definition);
    text += line(made.update_is_there,
                 fmt::format("the trigger {} BEFORE UPDATE {}", quoted_name(made.update_trigger),
                             made.update_order));
    text += line(made.insert_is_there,
                 fmt::format("the trigger {} BEFORE INSERT {}", quoted_name(made.insert_trigger),
                             made.insert_order));
    return text + fmt::format("  {} = {} in all rows that want it, {} is never touched\n",
                              quoted_name(made.facts.new_column), made.facts.up,
                              quoted_name(made.facts.old_column));
}

std::string not_back_text(const expand::plan& made) {
    const expand::trial& tried = made.tried;
    if (tried.not_back == 0)
        return fmt::format("Every value of the sample comes back by {} = {}.\n",
                           quoted_name(made.facts.old_column), made.facts.down);
    return fmt::format(
        "{} of {} rows do not come back by {} = {}: what new code writes there changes the old "
        "value. The first:\n{}",
        tried.not_back, tried.sampled, quoted_name(made.facts.old_column), made.facts.down,
        sample_text(tried.first_not_back));
}

std::string list_of(const std::vector<std::string>& rows) {
    std::string text;
    for (const std::string& one : rows) text += "  " + one + "\n";
    return text;
}

}  // namespace

std::string expand_rehearsal_text(const expand::plan& made) {
    const expand::trial& tried = made.tried;
    std::string text = fmt::format(
        "Rehearsal of an expand of {} on {} (MySQL {}). The table was not touched.\n\n"
        "With --execute it makes\n{}\n",
        made.table.name.quoted(), made.server.host, made.server.version, parts_text(made));
    text += fmt::format("Rows: about {}; {} were tried with the triggers, on an empty table.\n",
                        made.table.rows_estimate, tried.sampled);
    if (!tried.first.empty()) text += fmt::format("The first rows:\n{}", sample_text(tried.first));
    if (tried.sampled > 0) text += not_back_text(made);
    if (!tried.refused_of_new_code.empty())
        text += "New code will be refused:\n" + list_of(tried.refused_of_new_code);
    if (made.goes_on)
        text += fmt::format("It was begun at {} (UTC), and is in its phase {} since {}.\n",
                            made.goes_on->begun, name_of(made.goes_on->at), made.goes_on->since);
    for (const std::string& one : made.notices) text += fmt::format("\nNote: {}.\n", one);
    return text + "\nEvery check passed. Add --execute to expand.\n";
}

json expand_rehearsal_fields(const expand::plan& made) {
    return {{"table", made.table.name.quoted()},
            {"server", made.server.host},
            {"server_version", made.server.version},
            {"column", made.definition},
            {"new_column", made.facts.new_column},
            {"old_column", made.facts.old_column},
            {"update_trigger", made.update_trigger},
            {"insert_trigger", made.insert_trigger},
            {"definer", made.definer},
            {"sql_mode", made.sql_mode},
            {"rows_estimate", made.table.rows_estimate},
            {"rows_sampled", made.tried.sampled},
            {"not_back", made.tried.not_back},
            {"refused_of_new_code", made.tried.refused_of_new_code},
            {"phase", made.goes_on ? std::string(name_of(made.goes_on->at)) : ""},
            {"begun", made.goes_on ? made.goes_on->begun : ""},
            {"notices", made.notices},
            {"text", expand_rehearsal_text(made)}};
}

std::string expand_end_text(const backfill::outcome& done, const expand::plan& made) {
    std::string text = fmt::format("# Filled: {} rows of {}, in {}\n", done.at.rows_changed,
                                   made.table.name.quoted(), short_duration(done.at.elapsed));
    if (done.found.others_differing > 0)
        text += fmt::format("# Right as they are, as the way back gives the old value: {}{} rows\n",
                            done.found.others_are_estimated ? "about " : "",
                            done.found.others_differing);
    if (done.back.rows_differing > 0)
        text += fmt::format("# Do not come back by {} = {}: {} rows, among them\n{}",
                            quoted_name(made.facts.old_column), made.facts.down,
                            done.back.rows_differing, list_of(done.back.differing));
    if (done.found.rows_differing > 0)
        return text + fmt::format(
                          "# Pairs that disagree: {} rows. Both names were written in one "
                          "statement, or one of "
                          "them while a trigger was gone. Among them\n{}",
                          done.found.rows_differing, list_of(done.found.differing));
    return text + fmt::format(
                      "# Verified: every row is in step. New code, which knows {}, may be "
                      "deployed\n",
                      quoted_name(made.facts.new_column));
}

json expand_end_fields(const backfill::outcome& done, const expand::plan& made) {
    return {{"table", made.table.name.quoted()},
            {"new_column", made.facts.new_column},
            {"old_column", made.facts.old_column},
            {"rows_changed", done.at.rows_changed},
            {"elapsed_seconds", seconds_of(done.at.elapsed)},
            {"pairs_that_disagree", done.found.rows_differing},
            {"disagreeing", done.found.differing},
            {"right_by_the_way_back", done.found.others_differing},
            {"not_back", done.back.rows_differing},
            {"first_not_back", done.back.differing}};
}

}  // namespace segue::display
