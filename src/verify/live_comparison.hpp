#pragma once

#include "src/base/error.hpp"
#include "src/base/task_group.hpp"
#include "src/carry/engine.hpp"
#include "src/carry/lock_holders.hpp"
#include "src/db/session_factory.hpp"
#include "src/schema/table_definition.hpp"
#include "src/tables/state_values.hpp"
#include "src/verify/range_walk.hpp"
#include "src/verify/verified.hpp"

#include <functional>
#include <string>

namespace segue::verify {

/// What a comparison of a target with its source works with, while an engine keeps the two in step.
/// All that is referred to outlives the group's threads.
struct live_comparison {
    carry::engine& of;
    db::session_factory& sessions;
    const schema::table_definition& target;  ///< With the columns that are compared.
    task_group& threads;
    tables::verified_rows begun = {};  ///< What an earlier walk with the same settings has settled.
    unsigned sample_percent = 100;     ///< As range_walk::settings has them.
    std::uint64_t sample_seed = 0;
    carry::lock_holders holders;
    std::function<void(const std::string&)> tell;  ///< One sentence for the operator.
    /// Called before the first range, and behind each, by whoever ended it.
    std::function<void(const range_walk&)> progressed;
    carry::engine::look_after look_after;
};

/// Compares all rows, or the sample, on threads of the group, "verify-N", as many as copy. Returns
/// what was found, also where rows differ. Throws segue::error, and what `look_after` throws.
/// Precondition: all rows are copied.
verified compare_live(const live_comparison& with);

/// What is told of rows that differ.
struct difference_words {
    std::string target;  ///< What is not what
    std::string gives;   ///< this gives.
    std::string source;  ///< The source's name: nothing of it was changed.
    std::string page;    ///< Where more is told.
};
/// The error, which spoils the run, that names the first rows that differ. Precondition: some do.
error differs(const verified& found, const keys::key_codec& codec, const difference_words& words);

}  // namespace segue::verify
