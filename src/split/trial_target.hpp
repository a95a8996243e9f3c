#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/new_table/empty_table.hpp"
#include "src/schema/table_definition.hpp"

#include <string>

namespace segue::split {

struct plan;

/// A table as the target is, or will be, under the name that is kept for a moment.
/// Lifecycle: the destructor drops it. Lifetime: what it is given outlives it. Errors:
/// segue::error.
class trial_target {
  public:
    /// `create`: the statement that makes it under plan::tables.rehearsal; empty: it is made like
    /// the target, which is there. Frees the name first.
    trial_target(db::session& session, const preflight::table_record& record, const plan& made,
                 const std::string& create);
    trial_target(const trial_target&) = delete;
    trial_target& operator=(const trial_target&) = delete;
    ~trial_target();

    /// As it was made.
    const schema::table_definition& definition() const noexcept { return definition_; }
    void drop();

  private:
    db::session& session_;
    const preflight::table_record& record_;
    const table_name name_;
    schema::table_definition definition_;
    bool there_ = false;
};

}  // namespace segue::split
