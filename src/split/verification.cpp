#include "src/split/verification.hpp"

#include "src/base/log.hpp"
#include "src/servers/blockers.hpp"
#include "src/verify/live_comparison.hpp"

namespace segue::split {

verify::verified verify_rows(const verified_with& with) {
    const plan& made = with.made;
    const verify::verified found = verify::compare_live(
        {.of = with.of,
         .sessions = with.sessions,
         .target = made.compared_target,
         .threads = with.threads,
         .holders =
             [&sessions = with.sessions, &made](db::session& waited) {
                 return servers::who_holds_up_rows(waited, sessions, made.server, made.tables);
             },
         .tell = with.tell,
         .progressed =
             [told = with.progressed](const verify::range_walk& walk) { told(walk.so_far().rows); },
         .look_after = with.look_after});
    const std::string target = made.target.name.quoted();
    const std::string source = made.source.name.quoted();
    if (!found.differences.empty())
        throw verify::differs(
            found, with.of.texts.codec(),
            {.target = target, .gives = source, .source = source, .page = "docs/split.md"});
    log::info("verified: {} rows of the source that match and {} of the target", found.rows,
              found.rows_in_target);
    return found;
}

}  // namespace segue::split
