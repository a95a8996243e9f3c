#pragma once

#include "tests/integration/expand/expand_run.hpp"

#include <memory>
#include <string>
#include <vector>

namespace segue::test {

/// `segue contract` on the table `t` of a schema of its own, whose `name` is expanded.
class contract_run : public expand_run {
  public:
    using expand_run::expand_run;

    std::string contract(int exit_code, const std::vector<std::string>& more) const {
        return run(exit_code, more, {.command = "contract"});
    }
    std::string rehearse_contract(int exit_code, const std::vector<std::string>& more) const {
        return run(exit_code, more, {.execute = false, .command = "contract"});
    }
    std::unique_ptr<segue_process> start_contract(const std::vector<std::string>& more,
                                                  const fault_points* faults = nullptr) const {
        return start(more, {.command = "contract", .faults = faults});
    }
    std::string definition(const std::string& table) {
        return session().query("SHOW CREATE TABLE " + table).front()[1].value_or("");
    }
    /// The triggers of a table, with commas; "NULL": it has none.
    std::string triggers_of(const std::string& table) {
        return value(
            "SELECT GROUP_CONCAT(TRIGGER_NAME ORDER BY TRIGGER_NAME) FROM "
            "information_schema.TRIGGERS WHERE TRIGGER_SCHEMA=DATABASE() AND EVENT_OBJECT_TABLE='" +
            table + "'");
    }
};

}  // namespace segue::test
