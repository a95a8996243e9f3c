#pragma once

#include "tests/chaos/plan.hpp"
#include "tests/chaos/scene.hpp"

#include <string>

namespace segue::chaos {

struct verdict {
    std::string wrong;  ///< Empty: nothing.
    bool by_ledger = false;
    bool by_native_alter = false;
};

/// What there is after a migration, against what must be: the tables; what was acknowledged to the
/// writers, who have ended; what ALTER TABLE makes of the old table, or at least of its definition.
/// Shares nothing with the engine. Errors: segue::error where the server does not answer.
/// `answers_lost`: the server itself may have lost what it had acknowledged.
verdict verdict_on(const plan& of, scene& where, bool answers_lost);

}  // namespace segue::chaos
