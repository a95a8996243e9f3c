#pragma once

#include "tests/integration/backfill/backfill_run.hpp"

#include <string>
#include <vector>

namespace segue::test {

/// `segue expand` on the table `t` of a schema of its own.
class expand_run : public backfill_run {
  public:
    using backfill_run::backfill_run;

    std::string expand(int exit_code, const std::vector<std::string>& more) const {
        return run(exit_code, more, {.command = "expand"});
    }
    std::string rehearse_expand(int exit_code, const std::vector<std::string>& more) const {
        return run(exit_code, more, {.execute = false, .command = "expand"});
    }
    /// What the two columns of a row hold, as 'a|b', with NULL for one without a value.
    std::string both(int id) {
        return value(
            "SELECT CONCAT(IFNULL(name,'NULL'),'|',IFNULL(full_name,'NULL')) FROM t WHERE "
            "id=" +
            std::to_string(id));
    }
    /// The names of the table's triggers, with commas.
    std::string triggers() {
        return value(
            "SELECT GROUP_CONCAT(TRIGGER_NAME ORDER BY TRIGGER_NAME) FROM "
            "information_schema.TRIGGERS WHERE TRIGGER_SCHEMA=DATABASE()");
    }
    std::string phase() {
        return value("SELECT value FROM _t_exp WHERE hint='phase' AND column_name='full_name'");
    }
};

}  // namespace segue::test
