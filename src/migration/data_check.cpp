#include "src/migration/data_check.hpp"

#include "src/base/log.hpp"
#include "src/datacheck/early_answer.hpp"
#include "src/new_table/operators_names.hpp"

#include <utility>

namespace segue::migration {

std::optional<refusal> refused_by_data(run_state& of, const preflight::plan& made,
                                       std::stop_token stop) {
    if (made.goes_on) return std::nullopt;
    auto seen =
        datacheck::ask_the_data(of.sessions(),
                                {.original = made.original,
                                 .target = made.target,
                                 .by = made.projection,
                                 .packet_bytes_max = made.server.packet_bytes_max},
                                of.with.data_check, of.steer().pace.snapshot(), std::move(stop));
    const auto names = preflight::operators_names_of(made.original, made.target, made.tables);
    if (!seen.refused) {
        const auto told = preflight::in_operators_words(seen.notice, names);
        // That all is well a rehearsal is asked for, and a run is not.
        if (seen.all_seen && !of.with.request.rehearsal)
            log::info("{}", told);
        else if (!told.empty())
            of.told.on_notice(told);
        return std::nullopt;
    }
    seen.refused->problem = preflight::in_operators_words(seen.refused->problem, names);
    return seen.refused;
}

}  // namespace segue::migration
