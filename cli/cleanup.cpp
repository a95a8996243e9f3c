#include "cli/cleanup.hpp"

#include "cli/display/cleanup_json.hpp"
#include "cli/subcommand.hpp"
#include "src/base/log.hpp"
#include "src/commands/remnants.hpp"

#include <cstdio>

#include <fmt/format.h>

namespace segue::cli {
namespace {

using commands::remnants;

std::string text_of(const commands::left_table& one) {
    return fmt::format("  {} (about {} rows, {:.1f} MiB)\n", one.name.quoted(), one.rows,
                       static_cast<double>(one.bytes) / (1024.0 * 1024.0));
}

std::string what_it_is(const remnants& found, bool execute) {
    const std::string whose =
        found.run.empty() ? "An earlier run" : fmt::format("An earlier run ({})", found.run);
    const std::string of = found.alter.empty() ? "" : fmt::format(" of: {}", found.alter);
    const std::string why = found.why.empty() ? "" : fmt::format(": {}", found.why);
    switch (found.are) {
        case remnants::kind::none:
            return found.trials.ours.empty() && !found.backfill && found.expanded.empty() &&
                           found.splits.empty()
                       ? "Nothing is left of a run.\n"
                       : "";
        case remnants::kind::resumable:
            return fmt::format("{}{}\nIt ended in its phase {}, with {} rows copied. {}\n", whose,
                               of, found.phase, found.copied,
                               execute ? "It was given up."
                                       : fmt::format("The same command goes on from there{}.",
                                                     found.why.empty() ? "" : ", " + found.why));
        case remnants::kind::stopped:
            return fmt::format("{}{}\nNobody can go on with it{}.\n", whose, of, why);
        case remnants::kind::swapped:
            return fmt::format(
                "{}{}\nIt has swapped the tables, and ended before it had cleaned "
                "up.\n",
                whose, of);
        case remnants::kind::unknown:
            return fmt::format(
                "There {0} tables of the names that a run gives its own, and whose they {0} is not "
                "known{1}.\n{2}",
                execute && !found.dropped.empty() ? "were" : "are", why,
                found.dropped.empty() ? "If no other tool is at work, --initially-drop-ghost-table "
                                        "has them dropped, too.\n"
                                      : "");
    }
    return "";
}

std::string list_of(const std::vector<table_name>& tables) {
    std::string list;
    for (const table_name& one : tables)
        list += fmt::format("{}{}", list.empty() ? "" : ", ", one.quoted());
    return list;
}

std::string text_of_trials(const remnants& found, bool execute) {
    std::string text;
    if (!found.trials.ours.empty() && !execute)
        text += fmt::format(
            "Empty tables on which a run that was killed tried something; --execute drops them, "
            "and so does the next run:\n  {}\n",
            list_of(found.trials.ours));
    if (!found.trials.others.empty())
        text += fmt::format(
            "Of names that a run needs for a moment, but with rows, or neither with the comment "
            "that Segue gives such tables nor like the table, so that they stay:\n  {}\nThey are "
            "somebody's: rename them.\n",
            list_of(found.trials.others));
    return text;
}

std::string text_of(const commands::left_expand& one) {
    const auto& what = one.what;
    std::string text = fmt::format(
        "The column {} lives beside {} since {} (UTC); its phase is {}, since {}{}. No clean-up "
        "touches it: the same `segue expand` goes on, `segue contract --drop` takes the old one "
        "away, "
        "and `segue contract --abandon` the new one{}. To give it up before any new code is "
        "deployed:\n",
        quoted_name(what.asked.new_column), quoted_name(what.asked.old_column), what.begun,
        name_of(what.at), what.since, what.found.empty() ? "" : " (" + what.found + ")",
        what.contract.empty() ? "" : fmt::format("; a contract was begun (--{})", what.contract));
    for (const std::string& statement : one.undoing) text += "  " + statement + "\n";
    return text;
}

std::string text_of(const earlier::split_left& one, bool execute) {
    const std::string target = one.target.quoted();
    std::string text = fmt::format("A split into {} ({}) ", target, one.asked);
    if (!one.ended.empty())
        text += fmt::format("has ended at {}, and its tables are left", one.ended);
    else if (!one.spoiled.empty())
        text += fmt::format("stopped, and nobody can go on with it: {}", one.spoiled);
    else
        text += fmt::format(
            "stopped in its phase {}: {} is not kept in step, and not to be written. The same "
            "`segue split` goes on from there",
            one.phase, target);
    return text + (execute ? ". It was given up.\n"
                           : fmt::format(". To give it up, add --execute, which drops {} and {}, "
                                         "and leaves {} as it is.\n",
                                         one.changelog.quoted(), one.state.quoted(), target));
}

std::string text_of_foreign_keys(const remnants& found) {
    std::string text =
        "What its swap had still to do about foreign keys, which --execute does before it drops "
        "anything:\n";
    for (const std::string& one : found.foreign_keys.left) text += fmt::format("  {};\n", one);
    if (!found.foreign_keys.grants.empty())
        text +=
            fmt::format("For that this account lacks a right:\n{}\n", found.foreign_keys.grants);
    return text;
}

std::string text_of(const remnants& found, bool execute) {
    std::string text =
        fmt::format("# Left by earlier runs on {}, on the server {}\n{}", found.original.quoted(),
                    found.server, what_it_is(found, execute));
    if (!found.foreign_keys.left.empty()) text += text_of_foreign_keys(found);
    if (!found.dropped.empty() && !execute) {
        text += found.are == remnants::kind::resumable
                    ? "To give it up, add --execute, which drops:\n"
                    : "Add --execute to drop:\n";
        for (const auto& one : found.dropped) text += text_of(one);
    }
    if (found.backfill && !execute)
        text += fmt::format(
            "A backfill that has ended left its state; the same `segue backfill` goes on from "
            "there. "
            "What it has set stays. To give it up, add --execute, which drops:\n{}",
            text_of(*found.backfill));
    for (const auto& one : found.splits) text += text_of(one, execute);
    for (const auto& one : found.expanded) text += text_of(one);
    text += text_of_trials(found, execute);
    if (found.kept)
        text += fmt::format(
            "The old table of an earlier migration is kept:\n{}{}Once it is not "
            "needed any more: DROP TABLE {};\n",
            text_of(*found.kept),
            found.kept_though_asked
                ? "--ok-to-drop-table drops it only while the state of the run that swapped is "
                  "there: by its name alone it could be anybody's.\n"
                : "",
            found.kept->name.quoted());
    return text;
}

// What was done is told as it is done to people, and at the end to programs.
int clean_up_or_throw(const options& given, std::stop_token stop) {
    display::cleaned_up end{.found = {}, .executed = given.execute};
    if (!given.execute) {
        end.found = commands::look_at_remnants(given.run, stop);
    } else {
        end.found = commands::clean_up_remnants(given.run, stop, [&](const auto& line) {
            end.done.push_back(line);
            if (!given.json) std::fputs((line + "\n").c_str(), stdout);
        });
    }
    const remnants& found = end.found;
    end.why_not_done = commands::why_not_done(found);
    if (!end.why_not_done.empty()) {
        log::write(log::level::fatal, end.why_not_done);
        if (!given.json) return 1;
    }
    const std::string text =
        given.json ? display::json_of(end) + "\n"
                   : text_of(found, given.execute) + (given.execute ? "# Done\n" : "");
    std::fputs(text.c_str(), stdout);
    return end.why_not_done.empty() ? 0 : 1;
}

}  // namespace

int clean_up(const options& given, const std::vector<std::string>& notices, std::stop_token stop) {
    for (const std::string& notice : notices) log::write(log::level::warning, notice);
    return run_subcommand(
        given.json, [&] { return unless_unwritten(clean_up_or_throw(given, stop)); },
        [](const std::string& why) { return display::json_of_refused_clean_up(why); });
}

}  // namespace segue::cli
