#include "src/servers/locked_beside.hpp"

#include "src/base/error.hpp"

#include <fmt/format.h>

namespace segue::servers {

std::vector<locked_table> locked_beside(db::session& session, const table_name& table,
                                        const std::string& any_column) {
    struct transaction {
        explicit transaction(db::session& on) : session(on) { session.execute("BEGIN"); }
        transaction(const transaction&) = delete;
        transaction& operator=(const transaction&) = delete;
        ~transaction() {
            try {
                session.execute("ROLLBACK");
            } catch (const error&) {  // A session that is lost: whoever uses it next is told.
            }
        }
        db::session& session;
    } const open(session);
    const std::string name = table.quoted();
    session.query(fmt::format("EXPLAIN INSERT INTO {} () VALUES ()", name));
    session.query(
        fmt::format("EXPLAIN UPDATE {0} SET {1}={1} WHERE FALSE", name, quoted_name(any_column)));
    session.query(fmt::format("EXPLAIN DELETE FROM {} WHERE FALSE", name));
    std::vector<locked_table> found;
    for (const db::row& one : session.query(fmt::format(
             R"(SELECT OBJECT_SCHEMA, OBJECT_NAME,
                  MAX(LOCK_TYPE NOT IN ('SHARED_READ','SHARED_HIGH_PRIO','SHARED'))
                FROM performance_schema.metadata_locks
                WHERE OBJECT_TYPE='TABLE' AND OWNER_THREAD_ID=PS_CURRENT_THREAD_ID()
                  AND OBJECT_SCHEMA NOT IN ('performance_schema','information_schema','mysql')
                  AND NOT (OBJECT_SCHEMA={} AND OBJECT_NAME={})
                GROUP BY 1, 2
                ORDER BY 1, 2)",
             quoted_literal(table.schema), quoted_literal(table.name))))
        found.push_back(
            {.name = {one[0].value_or(""), one[1].value_or("")}, .for_writing = one[2] == "1"});
    return found;
}

}  // namespace segue::servers
