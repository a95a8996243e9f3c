#include "src/hooks/hook_event.hpp"

namespace segue::hooks {

std::string_view name_of(hook_event of) noexcept {
    switch (of) {
        case hook_event::startup:
            return "startup";
        case hook_event::validated:
            return "validated";
        case hook_event::rowcount_complete:
            return "rowcount-complete";
        case hook_event::before_row_copy:
            return "before-row-copy";
        case hook_event::row_copy_complete:
            return "row-copy-complete";
        case hook_event::begin_postponed:
            return "begin-postponed";
        case hook_event::before_cut_over:
            return "before-cut-over";
        case hook_event::interactive_command:
            return "interactive-command";
        case hook_event::success:
            return "success";
        case hook_event::failure:
            return "failure";
        case hook_event::batch_copy_retry:
            return "batch-copy-retry";
        case hook_event::status:
            return "status";
        case hook_event::stop_replication:
            return "stop-replication";
        case hook_event::start_replication:
            return "start-replication";
    }
    return "";
}

}  // namespace segue::hooks
