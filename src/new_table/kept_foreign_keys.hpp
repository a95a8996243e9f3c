#pragma once

#include "src/base/refusal.hpp"
#include "src/base/table_name.hpp"
#include "src/db/session.hpp"
#include "src/new_table/empty_table.hpp"
#include "src/schema/foreign_key.hpp"
#include "src/schema/table_definition.hpp"
#include "src/sql/alter_text.hpp"

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// Foreign keys of a table whose new table has them, too, from the swap on.
/// docs/decisions/0022-foreign-keys-of-a-child.md
namespace segue::preflight {

/// A foreign key that the swap makes.
struct kept_foreign_key {
    schema::foreign_key wanted;  ///< As ALTER TABLE leaves it, on the table and under its name.
    std::vector<std::string> source_columns;  ///< The original's, in the order of wanted.columns.
    /// Those of source_columns whose members are others than the parent's: InnoDB compares ENUM and
    /// SET by their numbers, where SQL compares their texts.
    std::set<std::string> compared_by_number = {};
    /// It is made under the generated name of this number, which RENAME TABLE lets follow. A name
    /// that somebody chose is the old table's until that has lost it.
    std::uint64_t number = 0;

    /// Its name on a table of this name until it has got wanted.name.
    std::string name_on(const std::string& table) const {
        return schema::generated_key_name(table, number);
    }
};

/// What the statements about foreign keys take, measured on empty tables.
struct foreign_keys_time {
    std::chrono::milliseconds before_rename{0};
    std::chrono::milliseconds after_rename{0};

    std::chrono::milliseconds sum() const { return before_rename + after_rename; }
};

/// A table that a foreign key refers to.
struct parent_table {
    table_name name;
    std::string any_column;  ///< Not a generated one.
};

/// That a foreign key has a name which the swap gives to one of `kept`, or RENAME to one of `own`,
/// those of the original, for a moment or for good: the
/// server would refuse it with the application waiting (1826). nullopt: none that the account may
/// see. Throws as the session does.
std::optional<refusal> key_name_taken(db::session& session, const migration_tables& tables,
                                      const std::vector<schema::foreign_key>& own,
                                      const std::vector<kept_foreign_key>& kept);

/// Turns foreign_key_checks of the session off while it lives: ADD FOREIGN KEY then changes the
/// dictionary alone, and DROP TABLE takes a parent.
class unchecked_foreign_keys {
  public:
    explicit unchecked_foreign_keys(db::session& session);
    unchecked_foreign_keys(const unchecked_foreign_keys&) = delete;
    unchecked_foreign_keys& operator=(const unchecked_foreign_keys&) = delete;
    ~unchecked_foreign_keys();

  private:
    db::session& session_;
};

/// The names of the foreign keys of a table.
std::vector<std::string> foreign_keys_of(db::session& session, const table_name& table);

/// ALTER TABLE ... ADD CONSTRAINT for all of them, under the names of name_on(). With
/// foreign_key_checks=0 it is done in place, whatever rows there are. Precondition: there is one.
std::string make_foreign_keys_statement(const table_name& on,
                                        const std::vector<kept_foreign_key>& keys);
/// ALTER TABLE ... DROP FOREIGN KEY for all of them. Precondition: there is one.
std::string drop_foreign_keys_statement(const table_name& of,
                                        const std::vector<std::string>& names);
/// Gives those of the keys on `of` their own names that have others; empty: none has.
std::string name_foreign_keys_statement(const table_name& of,
                                        const std::vector<kept_foreign_key>& keys);
/// The names that make_foreign_keys_statement() gives.
std::vector<std::string> names_when_made(const table_name& on,
                                         const std::vector<kept_foreign_key>& keys);

/// A condition on a row of the original, each column with the table's full name: it has no parent,
/// as the key wants one.
std::string has_no_parent(const table_name& original, const kept_foreign_key& key);
/// What is said of such a row, to be followed by its key.
std::string says_of_orphan(const kept_foreign_key& key);

/// Why the new table cannot have a foreign key of this table, whatever the ALTER is.
std::vector<refusal> unkept_foreign_keys(const schema::table_definition& of,
                                         const std::vector<schema::foreign_key>& keys);

/// The tables that the keys refer to, each once. Refusals for those that are not there, and for
/// what the account lacks on their schemas.
std::vector<parent_table> parents_of(db::session& session,
                                     const std::vector<schema::foreign_key>& keys,
                                     std::vector<refusal>& refusals);

/// Makes each plain index of the table that the server may have made for one of the keys, and all
/// behind it, anew as one that was asked for: ADD FOREIGN KEY replaces the others by indexes of its
/// own. Throws refusals where the table's definition is another one then. Precondition: it is
/// empty.
void ask_for_indexes_of_keys(db::session& session, const table_name& of,
                             const std::vector<schema::foreign_key>& keys);

/// Tries on empty twins what the swap will do with foreign keys, so that nothing is asked of the
/// live parents. Lifecycle: the twins of the parents live as long as this. Threads: one. What is
/// given outlives it. Errors: segue::error, refusals among them.
class foreign_key_trial {
  public:
    foreign_key_trial(db::session& session, const table_record& record,
                      const schema::table_definition& original, const migration_tables& tables,
                      const std::vector<schema::foreign_key>& keys);

    /// Which foreign keys ALTER TABLE leaves the table with. Throws what it is refused with.
    std::vector<kept_foreign_key> after(const sql::alter_statement& alter);

    /// What it takes to make them on the empty new table, and the rest. Throws refusals where that
    /// changes anything else of it. Precondition: ask_for_indexes_of_keys() of the new table.
    foreign_keys_time time_on(const schema::table_definition& target,
                              const std::vector<kept_foreign_key>& keys);

  private:
    std::set<std::string> compared_by_number(const kept_foreign_key& key) const;
    /// The same keys, to the twins of their parents.
    std::vector<kept_foreign_key> to_twins(std::vector<kept_foreign_key> keys) const;

    db::session& session_;
    const table_record& record_;
    const schema::table_definition& original_;
    const migration_tables& tables_;
    const std::vector<schema::foreign_key>& keys_;
    std::vector<kept_foreign_key> own_;  // the same, as the swap would make them
    const table_name twin_;
    std::vector<table_name> parents_;
    std::list<empty_table> parent_twins_;  ///< Of parents_, in their order.
};

}  // namespace segue::preflight
