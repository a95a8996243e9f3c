#include "src/base/error.hpp"
#include "src/sql/alter_text.hpp"
#include "src/sql/foreign_key_clauses.hpp"
#include "src/sql/lookalike.hpp"
#include "src/sql/rename_map.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>

namespace segue::fuzz {
namespace {

using sql::alter_clause;
using sql::alter_statement;
using sql::clause_kind;

const table_name ghost{"shop", "_t_gho"};

void check_places(const alter_statement& read) {
    const std::size_t size = read.options_text.size();
    std::size_t end = 0;
    for (const sql::text_span& one : read.left_out) {
        must(one.offset >= end && one.length <= size - one.offset, "what is left out is in order");
        end = one.offset + one.length;
    }
    for (const alter_clause& one : read.clauses)
        must(one.name_span.offset <= size && one.name_span.length <= size - one.name_span.offset,
             "a name stands in the text");
}

std::vector<clause_kind> kinds_run(const alter_statement& read) {
    std::vector<clause_kind> kinds;
    for (const alter_clause& one : read.clauses)
        if (one.kind != clause_kind::how_to_run) kinds.push_back(one.kind);
    return kinds;
}

// What is run on the ghost table does what was asked for, and no more.
void check_text(const alter_statement& read) {
    const alter_statement again = sql::parse_alter(sql::alter_on(read, ghost));
    must(again.schema == ghost.schema && again.table == ghost.name, "it alters that table");
    must(again.refusals.empty(), "what is run has nothing that is refused");
    must(kinds_run(again) == kinds_run(read), "it has the same clauses");
}

void check_renames(const alter_statement& read) {
    std::vector<std::string> columns{"id", "a", "b"};
    const auto mapping = sql::column_mapping(read, columns);
    for (const auto& one : mapping.changes())
        if (!one.source.empty() && !one.target.empty())
            must(mapping.target_of(one.source) == one.target &&
                     mapping.source_of(one.target) == one.source,
                 "a renamed column is found from both sides");
}

void check_without_foreign_keys(const alter_statement& read) {
    std::vector<std::string> names;
    for (const alter_clause& one : read.clauses)
        if (one.kind == clause_kind::drop_foreign_key) names.push_back(one.name);
    const alter_statement without = sql::without_foreign_keys(read, names);
    must(!without.refusals.empty() ||
             std::ranges::find(without.clauses, clause_kind::drop_foreign_key,
                               &alter_clause::kind) == without.clauses.end(),
         "no foreign key is dropped any more");
}

}  // namespace

// The text of --alter.
void run_alter(std::span<const std::byte> bytes) {
    const std::string text = text_of(bytes);
    static_cast<void>(sql::lookalike_hint(text));
    alter_statement read;
    if (!readable(text, [](const std::string& all) { sql::parse_alter(all); })) return;
    read = sql::parse_alter(text);
    check_places(read);
    if (!read.refusals.empty()) return;
    check_text(read);
    check_without_foreign_keys(read);
    try {
        static_cast<void>(read.auto_increment());
        check_renames(read);
    } catch (const error&) {
    }
}

std::vector<input> alter_seeds() {
    return inputs_of(
        {"ADD COLUMN note VARCHAR(80) NOT NULL DEFAULT 'x, y' AFTER a, DROP b",
         "ALTER TABLE shop.t RENAME COLUMN a TO b, RENAME COLUMN b TO a, ALGORITHM=INPLACE",
         "CHANGE a `c d` BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, LOCK = NONE, MODIFY b TEXT",
         "ADD (x INT, y INT GENERATED ALWAYS AS (x + 1) STORED), ADD UNIQUE INDEX u (x, (y * 2))",
         "ENGINE=InnoDB ROW_FORMAT=DYNAMIC COMMENT='a;b' AUTO_INCREMENT = 18446744073709551615",
         "ADD CONSTRAINT c CHECK (a > 0) NOT ENFORCED, DROP CHECK `d`, ALTER CHECK e ENFORCED",
         "DROP FOREIGN KEY f, DROP CONSTRAINT g, DROP PRIMARY KEY, ADD PRIMARY KEY (id, a)",
         "CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_ai_ci, FORCE",
         "PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10), PARTITION p1 VALUES LESS "
         "THAN MAXVALUE)",
         "/*!80013 ADD COLUMN v INT INVISIBLE */, ALTER COLUMN a SET DEFAULT (uuid()); -- end",
         "CREATE UNIQUE INDEX i ON shop.t (a DESC) ALGORITHM=INPLACE", "DROP INDEX i ON t"});
}

}  // namespace segue::fuzz
