#include "src/migration/step_gate.hpp"

namespace segue::migration {

std::string_view name_of(step at) noexcept {
    switch (at) {
        case step::startup:
            return "startup";
        case step::validated:
            return "validated";
        case step::rowcount_complete:
            return "rowcount-complete";
        case step::before_row_copy:
            return "before-row-copy";
        case step::row_copy_complete:
            return "row-copy-complete";
        case step::begin_postponed:
            return "begin-postponed";
        case step::before_cut_over:
            return "before-cut-over";
        case step::stop_replication:
            return "stop-replication";
        case step::start_replication:
            return "start-replication";
    }
    return "";
}

}  // namespace segue::migration
