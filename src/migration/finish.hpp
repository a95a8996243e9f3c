#pragma once

#include "src/migration/progress.hpp"

namespace segue::migration {

/// How a run ends, once the target is equal to the source and kept so. The run's threads work on
/// while it is reached.
class finish {
  public:
    virtual ~finish() = default;

    /// Returns when it is reached. Throws segue::error for what ends the run, and `stopped`.
    virtual outcome reach() = 0;
};

}  // namespace segue::migration
