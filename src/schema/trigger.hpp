#pragma once

#include "src/base/table_name.hpp"
#include "src/db/session.hpp"

#include <string>
#include <vector>

namespace segue::schema {

/// A row of information_schema.TRIGGERS.
/// https://dev.mysql.com/doc/refman/8.4/en/information-schema-triggers-table.html
struct trigger {
    std::string name;
    std::string timing;  ///< BEFORE or AFTER
    std::string event;   ///< INSERT, UPDATE or DELETE
    std::string order;   ///< Among those of one timing and event, from 1.
    std::string statement;
    std::string definer;  ///< user@host, without quotes.
    std::string sql_mode;
    std::string client_charset;
    std::string connection_collation;
    std::string schema_collation;  ///< Of the schema, when the trigger was made.
    std::string created;

    bool operator==(const trigger&) const = default;
};

/// The triggers of a table, in the order in which the server fires those of one timing and event.
/// Empty also where the account may not see them. Blocks; throws segue::error.
std::vector<trigger> read_triggers(db::session& session, const table_name& table);

/// What a trigger does: the statement behind FOR EACH ROW, in the bytes that the server keeps,
/// which are of the trigger's client_charset. Blocks; throws segue::error.
std::string read_trigger_body(db::session& session, const table_name& table,
                              const std::string& trigger);

/// The part of a text of SHOW CREATE TRIGGER that read_trigger_body() gives.
std::string trigger_body_of(std::string_view create_statement);

}  // namespace segue::schema
