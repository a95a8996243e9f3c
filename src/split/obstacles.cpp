#include "src/split/obstacles.hpp"

#include "src/preflight/table_obstacles.hpp"
#include "src/schema/foreign_key.hpp"
#include "src/schema/trigger.hpp"

#include <string>

#include <fmt/format.h>

namespace segue::split {

std::vector<refusal> obstacles_on_source(db::session& session,
                                         const schema::table_definition& source) {
    std::vector<refusal> found;
    for (const schema::foreign_key& key : schema::read_foreign_keys(session, source.name))
        if (key.has_action() && !preflight::cascades_are_logged(session))
            found.push_back({fmt::format("the foreign key {} of {} to {} has a cascading action, "
                                         "whose changes of rows stand in no binary log",
                                         quoted_name(key.name), source.name.quoted(),
                                         quoted_name(key.parent.name)),
                             "They could not be followed into the other table. Drop that foreign "
                             "key, or make it RESTRICT, until the split has ended; since MySQL 9.6 "
                             "the binary log has them."});
    return found;
}

std::vector<refusal> obstacles_on_target(db::session& session, const table_name& target) {
    std::vector<refusal> found;
    const std::string after = "Make it when the split has ended.";
    for (const schema::foreign_key& key : schema::read_foreign_keys(session, target))
        found.push_back({fmt::format("{} has a foreign key, {}, to {}, which would refuse rows "
                                     "while they are carried over",
                                     target.quoted(), quoted_name(key.name), key.parent.quoted()),
                         fmt::format("ALTER TABLE {} DROP FOREIGN KEY {}; {}", target.quoted(),
                                     quoted_name(key.name), after)});
    for (const std::string& child : preflight::visible_children(session, target))
        found.push_back(
            {fmt::format("a foreign key of {} refers to {}, whose rows come and go with "
                         "those of the source until the split has ended",
                         child, target.quoted()),
             "Drop it. " + after});
    for (const schema::trigger& one : schema::read_triggers(session, target))
        found.push_back({fmt::format("{} has a trigger, {}, which each row that is carried over "
                                     "would fire",
                                     target.quoted(), quoted_name(one.name)),
                         "Drop it. " + after});
    return found;
}

}  // namespace segue::split
