#include "src/split/trial_target.hpp"

#include "src/base/error.hpp"
#include "src/base/refusal.hpp"
#include "src/new_table/left_for_a_moment.hpp"
#include "src/split/plan.hpp"

#include <utility>

#include <fmt/format.h>

namespace segue::split {

// Its definition is read before it gets the comment of a table for a moment.
trial_target::trial_target(db::session& session, const preflight::table_record& record,
                           const plan& made, const std::string& create)
    : session_(session), record_(record), name_(made.tables.rehearsal) {
    preflight::clear_for_a_moment(session, name_, {made.tables.ghost});
    record.made(name_);
    there_ = true;
    try {
        session.execute(create.empty() ? fmt::format("CREATE TABLE {} LIKE {}", name_.quoted(),
                                                     made.target.name.quoted())
                                       : create);
        auto found = schema::read_table(session, name_);
        if (!found) throw error(fmt::format("{} was dropped by somebody else", name_.quoted()));
        definition_ = std::move(*found);
        const std::string name = quoted_name(name_.name);
        std::string& text = definition_.create_statement;
        if (const auto at = text.find(name); at != text.npos)
            text.replace(at, name.size(), quoted_name(made.tables.ghost.name));
        preflight::mark_for_a_moment(session, name_);
    } catch (const error& failure) {
        drop();
        if (create.empty() || failure.connection_lost() || !failure.from_server()) throw;
        throw_refusals({{fmt::format("the table of --create cannot be made: {}", failure.what()),
                         "Mend the statement, or make the table before, and leave --create out."}});
    }
}

trial_target::~trial_target() {
    try {
        drop();
    } catch (...) {
        // The next run that needs the name drops it.
    }
}

void trial_target::drop() {
    if (!std::exchange(there_, false)) return;
    preflight::drop_made(session_, record_, name_);
}

}  // namespace segue::split
