#pragma once

#include "src/base/table_name.hpp"
#include "src/carry/engine_settings.hpp"
#include "src/earlier/earlier_state.hpp"
#include "src/split/columns.hpp"
#include "src/wire/connection_options.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace segue::split {

/// How it ends.
enum class ending {
    in_step,  ///< When all that the stream has brought is carried over.
    locked    ///< With both tables locked, at a place of the log at which they are equal.
};

/// Which table is filled from which.
struct task {
    table_name from;
    table_name into;                     ///< Of the same schema.
    std::vector<mapped_column> columns;  ///< One at least.
    std::string where = {};              ///< A condition over a row of `from`; empty: all rows.
    std::string create = {};             ///< CREATE TABLE of `into`; empty: it has to be there.
    earlier::run_use earlier = earlier::run_use::gone_on_with;  ///< --no-resume, --resume
};

/// How a split goes; const from its start.
struct settings {
    wire::connection_options stream_from;  ///< To the server that the stream comes from.
    carry::engine_settings carrying;
    ending end = ending::in_step;
    /// How long writes may wait for one attempt to lock. Above zero.
    std::chrono::milliseconds stall_budget{500};
    bool when_copied = false;      ///< --finish-when-copied
    std::string finish_flag_file;  ///< It ends when this is there; empty: none.
};

}  // namespace segue::split
