#pragma once

#include <array>
#include <string_view>

namespace segue::hooks {

/// What a hook may stand before, or be told of: the files `gh-ost-on-<name>*` and
/// `segue-on-<name>*`. The names are gh-ost's.
/// https://github.com/github/gh-ost/blob/master/doc/hooks.md
enum class hook_event {
    startup,
    validated,
    rowcount_complete,
    before_row_copy,
    row_copy_complete,
    begin_postponed,
    before_cut_over,
    interactive_command,
    success,
    failure,
    batch_copy_retry,
    status,
    stop_replication,
    start_replication
};

inline constexpr std::array<hook_event, 14> all_hook_events{
    hook_event::startup,          hook_event::validated,           hook_event::rowcount_complete,
    hook_event::before_row_copy,  hook_event::row_copy_complete,   hook_event::begin_postponed,
    hook_event::before_cut_over,  hook_event::interactive_command, hook_event::success,
    hook_event::failure,          hook_event::batch_copy_retry,    hook_event::status,
    hook_event::stop_replication, hook_event::start_replication};

/// As it stands in the file's name: "before-row-copy".
std::string_view name_of(hook_event of) noexcept;

}  // namespace segue::hooks
