#include "cli/cleanup.hpp"

#include "src/base/error.hpp"
#include "src/base/log.hpp"
#include "src/migration/remnants.hpp"

#include <cstdio>

#include <fmt/format.h>

namespace segue::cli {
namespace {

using migration::remnants;

std::string text_of(const migration::left_table& one) {
    return fmt::format("  {} (about {} rows, {:.1f} MiB)\n", one.name.quoted(), one.rows,
                       static_cast<double>(one.bytes) / (1024.0 * 1024.0));
}

std::string what_it_is(const remnants& found) {
    const std::string whose =
        found.run.empty() ? "An earlier run" : fmt::format("An earlier run ({})", found.run);
    const std::string of = found.alter.empty() ? "" : fmt::format(" of: {}", found.alter);
    const std::string why = found.why.empty() ? "" : fmt::format(": {}", found.why);
    switch (found.are) {
        case remnants::kind::none:
            return "Nothing is left of a run.\n";
        case remnants::kind::resumable:
            return fmt::format(
                "{}{}\nIt ended in its phase {}, with {} rows copied. The same "
                "command goes on from there.\n",
                whose, of, found.phase, found.copied);
        case remnants::kind::stopped:
            return fmt::format("{}{}\nNobody can go on with it{}.\n", whose, of, why);
        case remnants::kind::swapped:
            return fmt::format(
                "{}{}\nIt has swapped the tables, and ended before it had cleaned "
                "up.\n",
                whose, of);
        case remnants::kind::unknown:
            return fmt::format(
                "There are tables of these names, and whose they are is not "
                "known{}.\nIf no other tool is at work, --initially-drop-ghost-table "
                "has them dropped, too.\n",
                why);
    }
    return "";
}

std::string text_of(const remnants& found, bool execute) {
    std::string text = fmt::format("# Left of migrations of {} on {}\n{}", found.original.quoted(),
                                   found.server, what_it_is(found));
    if (!found.dropped.empty() && !execute) {
        text += found.are == remnants::kind::resumable
                    ? "To give it up, add --execute, which drops:\n"
                    : "Add --execute to drop:\n";
        for (const auto& one : found.dropped) text += text_of(one);
    }
    if (found.kept)
        text += fmt::format(
            "The old table of an earlier migration is kept:\n{}Once it is not "
            "needed any more: DROP TABLE {};\n",
            text_of(*found.kept), found.kept->name.quoted());
    return text;
}

}  // namespace

int clean_up(const options& given, const std::vector<std::string>& notices, std::stop_token stop) {
    for (const std::string& notice : notices) log::write(log::level::warning, notice);
    try {
        if (!given.execute) {
            std::fputs(
                text_of(migration::look_at_remnants(given.run, stop), /*execute=*/false).c_str(),
                stdout);
            return 0;
        }
        const auto found = migration::clean_up_remnants(
            given.run, stop, [](const auto& line) { std::fputs((line + "\n").c_str(), stdout); });
        std::fputs((text_of(found, /*execute=*/true) + "# Done\n").c_str(), stdout);
        return 0;
    } catch (const stopped&) {
        log::write(log::level::fatal, "stopped by a signal");
    } catch (const error& failure) {
        log::write(log::level::fatal, failure.what());
    }
    return 1;
}

}  // namespace segue::cli
