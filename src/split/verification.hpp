#pragma once

#include "src/base/task_group.hpp"
#include "src/carry/engine.hpp"
#include "src/db/session_factory.hpp"
#include "src/split/plan.hpp"
#include "src/verify/verified.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace segue::split {

/// What the comparison of all rows works with.
struct verified_with {
    carry::engine& of;
    db::session_factory& sessions;
    const plan& made;
    task_group& threads;
    std::function<void(const std::string&)> tell;
    /// Is told how many rows were compared so far; called by its threads.
    std::function<void(std::uint64_t rows)> progressed;
    carry::engine::look_after look_after;
};

/// Compares every row of the target with what the source's rows that match give, while the engine's
/// threads keep the two in step ("verify-N"). Throws segue::error, which spoils the run, that names
/// the first rows that differ, and what `look_after` throws. Precondition: all rows are copied.
/// What is given outlives the group's threads.
verify::verified verify_rows(const verified_with& with);

}  // namespace segue::split
