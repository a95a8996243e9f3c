#include "src/split/earlier_split.hpp"

#include "src/base/error.hpp"
#include "src/carry/lost_heartbeat.hpp"
#include "src/servers/tables_there.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace segue::split {
namespace {

bool has_rows(db::session& session, const table_name& table) {
    return !session.query(fmt::format("SELECT 1 FROM {} LIMIT 1", table.quoted())).empty();
}

std::string whose(const tables::saved_state& state) {
    return state.run.empty() ? "" : fmt::format(" ({})", state.run);
}

// A table is never emptied by us: nothing proves that what is in it is not needed.
std::string how_to_begin_anew(const plan& made) {
    return fmt::format(
        "To give it up and begin anew: TRUNCATE TABLE {}; and then the command with --no-resume.",
        made.tables.ghost.quoted());
}

void refuse_rows(db::session& session, const plan& made, const std::string& why) {
    if (made.makes_target || !has_rows(session, made.tables.ghost)) return;
    throw_refusals({{fmt::format("{} holds rows{}", made.tables.ghost.quoted(), why),
                     "Nothing was changed. A split fills an empty table. If none of its rows is "
                     "needed: TRUNCATE TABLE " +
                         made.tables.ghost.quoted() + ";"}});
}

void refuse_unknown_tables(db::session& session, const plan& made, tables::state_found found) {
    for (const table_name& one : {made.tables.checkpoint, made.tables.changelog}) {
        if (!servers::exists(session, one)) continue;
        throw_refusals(
            {{fmt::format("{} exists{}", one.quoted(),
                          found == tables::state_found::other_format
                              ? ", and another version of Segue wrote it"
                              : ", and no state of a split that this Segue reads stands there"),
              fmt::format("If no other run is at work and it is not needed: DROP TABLE {};",
                          one.quoted())}});
    }
}

std::optional<std::string> why_another(const plan& made, const tables::saved_state& state) {
    if (state.print.alter != made.asked.alter)
        return fmt::format("it has {}, and this command {}", state.print.alter, made.asked.alter);
    auto differs = earlier::difference(state.print, made.asked);
    constexpr std::string_view theirs = "the new table";
    if (const auto at = differs ? differs->find(theirs) : std::string::npos;
        at != std::string::npos)
        differs->replace(at, theirs.size(), "the target");
    return differs;
}

void begin_anew_or_refuse(const inspected_at& at, plan& made, const std::string& why) {
    if (at.asked.earlier == earlier::run_use::required)
        throw_refusals({{fmt::format("there is no split into {} to go on with{}{}",
                                     made.tables.ghost.quoted(), why.empty() ? "" : ": ", why),
                         "To begin anew give the same command without --resume."}});
    refuse_rows(at.session, made, ", and no split that could be gone on with has left them");
}

}  // namespace

void throw_if_not_gone_on_with(const inspected_at& at, const plan& made,
                               const tables::saved_state& state) {
    std::optional<std::string> why;
    if (made.makes_target)
        why = made.tables.ghost.quoted() + " is not there any more";
    else if (!state.spoiled.empty())
        why = state.spoiled;
    else
        why = why_another(made, state);
    if (!why && !state.resume_at) why = "no place in the binary log was written down yet";
    if (!why) why = carry::why_not_taken_up(at.roles, at.session, made.tables, *state.resume_at);
    if (why)
        throw_refusals({{fmt::format("an earlier split into {} left its state{}, and cannot be "
                                     "gone on with: {}",
                                     made.tables.ghost.quoted(), whose(state), *why),
                         made.makes_target ? "To begin anew: the command with --no-resume."
                                           : how_to_begin_anew(made)}});
}

void look_at_earlier(const inspected_at& at, plan& made) {
    const auto found =
        tables::look_for_state(at.session, made.tables.checkpoint, tables::split_state_comment);
    if (found == tables::state_found::none || found == tables::state_found::other_format) {
        refuse_unknown_tables(at.session, made, found);
        return begin_anew_or_refuse(at, made, "");
    }
    if (found == tables::state_found::unfinished) {
        made.drops_state = true;
        return begin_anew_or_refuse(at, made, "the one that is left had copied nothing");
    }
    tables::saved_state state = tables::read_state(at.session, made.tables.checkpoint);
    if (!state.ended.empty()) {
        made.drops_state = true;
        if (state.print.alter != made.asked.alter)
            return begin_anew_or_refuse(at, made, "the one that is left has ended");
        made.begins = beginning::from_end;
        made.left = std::move(state);
        return;
    }
    if (at.asked.earlier == earlier::run_use::begun_anew) {
        refuse_rows(at.session, made, ", which an earlier split has brought");
        made.drops_state = true;
        return;
    }
    throw_if_not_gone_on_with(at, made, state);
    made.begins = beginning::from_earlier;
    made.left = std::move(state);
}

}  // namespace segue::split
