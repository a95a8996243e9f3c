#include "cli/views.hpp"

#include "cli/display/views_json.hpp"
#include "cli/subcommand.hpp"
#include "src/base/log.hpp"
#include "src/db/session_factory.hpp"
#include "src/migration/settings.hpp"
#include "src/servers/server_roles.hpp"
#include "src/views/making.hpp"
#include "src/views/plan.hpp"
#include "src/views/removal.hpp"

#include <cstdio>

#include <fmt/format.h>

namespace segue::cli {
namespace {

void print(const options& given, const std::string& text) {
    if (given.json) return;
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
}

std::string text_of(const views::planned_view& one) {
    const std::string name = one.wanted.view.quoted();
    switch (one.is) {
        case views::fate::as_it_is:
            return fmt::format("{}: as it is to be\n", name);
        case views::fate::made:
            return fmt::format("{}: new\n  {};\n", name, one.statement);
        case views::fate::replaced: {
            std::string text = fmt::format("{}: replaced\n", name);
            for (const std::string& change : one.changes) text += fmt::format("  {}\n", change);
            return text + fmt::format("  {};\n", one.statement);
        }
    }
    return "";
}

std::string text_of(const views::plan& made, bool execute) {
    std::string text =
        fmt::format("# Views over {} on {}\n", quoted_name(made.asked.database), made.at.server);
    if (made.makes_schema)
        text += fmt::format("{}: new\n  {};\n", quoted_name(made.asked.as), made.schema_statement);
    for (const views::planned_view& one : made.views) text += text_of(one);
    if (made.has_nothing_to_do()) return text + "There is nothing to do.\n";
    if (execute) return text;
    text += fmt::format(
        "Each was written through on an empty copy of its table, which is dropped again.\n"
        "Whoever uses a view needs its privileges on {} {}.\n"
        "Nothing was changed. Add --execute to do this.\n",
        quoted_name(made.asked.schema_of_views()),
        made.asked.with == views::security::invoker ? "and on the table" : "alone");
    return text;
}

std::string text_of(const views::removal& found, bool execute) {
    std::string text = fmt::format("# Views that were made over {} on {}\n",
                                   quoted_name(found.asked.database), found.at.server);
    if (found.has_nothing_to_do()) return text + "There is nothing to drop.\n";
    if (execute) return text;
    for (const views::made_view& one : found.dropped)
        text += fmt::format("{}: dropped\n", one.view.quoted());
    for (const views::made_view& one : found.forgotten)
        text += fmt::format("{}: not there any more\n", one.view.quoted());
    if (found.schema_is_ours && found.schema_stays.empty() && found.kept.empty())
        text += fmt::format("{}: the schema was made for them, and is dropped\n",
                            quoted_name(found.asked.as));
    return text + "Nothing was changed. Add --execute to do this.\n";
}

int make(const options& given, db::session& session, const std::stop_token& stop) {
    display::views_end end{.executed = given.execute};
    end.made = views::inspect(session, given.views, stop);
    for (const std::string& one : end.made->notices) log::write(log::level::warning, one);
    print(given, text_of(*end.made, given.execute));
    if (given.execute) {
        views::make_views(
            session, *end.made,
            [&](const std::string& line) {
                print(given, line + "\n");
                end.done.push_back(line);
            },
            stop);
        print(given, "# Done\n");
    }
    if (given.json) std::fputs((display::json_of(end) + "\n").c_str(), stdout);
    return 0;
}

// What stays although it was to be dropped is told as a failure is.
std::string why_not_all(const views::removal& found) {
    std::string text;
    for (const auto& one : found.kept)
        text += fmt::format(
            "the view {} was changed since Segue made it, and stays: {}. If nobody needs it so: "
            "DROP VIEW {}; then the same command forgets it\n",
            one.view.view.quoted(), one.why, one.view.view.quoted());
    if (!found.schema_stays.empty())
        text += fmt::format("the schema {} stays: {}\n", quoted_name(found.asked.as),
                            found.schema_stays);
    while (text.ends_with('\n')) text.pop_back();
    return text;
}

int drop(const options& given, db::session& session, const std::stop_token& stop) {
    display::views_end end{.executed = given.execute};
    end.dropped = views::look_at_removal(session, given.views);
    print(given, text_of(*end.dropped, given.execute));
    if (given.execute)
        views::remove_views(
            session, *end.dropped,
            [&](const std::string& line) {
                print(given, line + "\n");
                end.done.push_back(line);
            },
            stop);
    end.why_not_done = why_not_all(*end.dropped);
    if (!end.why_not_done.empty())
        log::write(log::level::fatal, end.why_not_done);
    else if (given.execute)
        print(given, "# Done\n");
    if (given.json) std::fputs((display::json_of(end) + "\n").c_str(), stdout);
    return end.why_not_done.empty() ? 0 : 1;
}

int make_or_drop(const options& given, const std::stop_token& stop) {
    const servers::server_roles roles = migration::find_roles(given.run);
    db::session_factory sessions(roles.primary());
    db::session session = sessions.connect(db::session_role::patient);
    return given.drop ? drop(given, session, stop) : make(given, session, stop);
}

}  // namespace

int make_views(const options& given, const std::vector<std::string>& notices,
               std::stop_token stop) {
    for (const std::string& notice : notices) log::write(log::level::warning, notice);
    return run_subcommand(
        given.json, [&] { return unless_unwritten(make_or_drop(given, stop)); },
        [](const std::string& why) { return display::json_of_refused_views(why); });
}

}  // namespace segue::cli
