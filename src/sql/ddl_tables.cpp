#include "src/sql/ddl_tables.hpp"

#include "src/sql/token_cursor.hpp"

#include <utility>

namespace segue::sql {
namespace {

/// user@host, 'user'@'host', CURRENT_USER or CURRENT_USER().
void skip_user(token_cursor& at) {
    if (!at.done()) at.skip_group();
    if (at.accept_symbol('@') && !at.done()) at.skip_group();
    if (at.at_symbol('(')) at.skip_group();
}

/// Over what may stand between CREATE or ALTER and the kind of object.
void skip_modifiers(token_cursor& at) {
    for (;;) {
        if (at.accept_words("OR", "REPLACE") || at.accept_words("SQL", "SECURITY") ||
            at.accept_word("DEFINER") || at.accept_word("ALGORITHM")) {
            if (at.accept_symbol('='))
                skip_user(at);
            else if (!at.accept_word("DEFINER"))
                at.accept_word("INVOKER");
        } else if (!at.accept_word("IGNORE") && !at.accept_word("UNIQUE") &&
                   !at.accept_word("FULLTEXT") && !at.accept_word("SPATIAL")) {
            return;
        }
    }
}

bool accept_table(token_cursor& at) {
    return at.accept_word("TABLE") || at.accept_word("TABLES");
}

ddl_verb read_verb(token_cursor& at) {
    if (at.accept_word("TRUNCATE")) {
        at.accept_word("TABLE");
        return ddl_verb::truncate_table;
    }
    if (at.accept_word("RENAME"))
        return accept_table(at) ? ddl_verb::rename_table : ddl_verb::other;
    const bool alter = at.accept_word("ALTER");
    const bool create = !alter && at.accept_word("CREATE");
    if (!alter && !create && !at.accept_word("DROP")) return ddl_verb::other;
    skip_modifiers(at);
    if (at.accept_word("TEMPORARY")) return ddl_verb::temporary_table;
    if (at.accept_word("VIEW")) return ddl_verb::view;
    if (accept_table(at))
        return alter    ? ddl_verb::alter_table
               : create ? ddl_verb::create_table
                        : ddl_verb::drop_table;
    if (alter) return ddl_verb::other;
    if (at.accept_word("INDEX")) return create ? ddl_verb::create_index : ddl_verb::drop_index;
    if (at.accept_word("TRIGGER"))
        return create ? ddl_verb::create_trigger : ddl_verb::drop_trigger;
    if (!create && (at.accept_word("DATABASE") || at.accept_word("SCHEMA")))
        return ddl_verb::drop_database;
    return ddl_verb::other;
}

class table_list {
  public:
    explicit table_list(token_cursor at) : at_(at) {}

    std::optional<std::vector<acted_on>> read() {
        if (!read_statement()) return std::nullopt;
        return std::move(found_);
    }

  private:
    bool read_statement() {
        switch (read_verb(at_)) {
            case ddl_verb::truncate_table:
                return accept_name();
            case ddl_verb::rename_table:
                return accept_renames();
            case ddl_verb::drop_table:
                at_.accept_words("IF", "EXISTS");
                return accept_names();
            case ddl_verb::alter_table:
                return accept_altered();
            case ddl_verb::create_table:
                perhaps_ = at_.at_word("IF");
                return accept_others(/*altered=*/false);
            case ddl_verb::create_index:
            case ddl_verb::drop_index:
                return accept_index();
            case ddl_verb::create_trigger:
                return accept_trigger();
            case ddl_verb::drop_database:
                return accept_schema();
            case ddl_verb::drop_trigger:
            case ddl_verb::temporary_table:
            case ddl_verb::view:
            case ddl_verb::other:
                return true;
        }
        return false;
    }

    // table, schema.table, or .table, which is in the default schema.
    bool accept_name() {
        at_.accept_symbol('.');
        auto first = at_.accept_identifier();
        if (!first) return false;
        if (!at_.accept_symbol('.')) {
            found_.push_back(
                {.schema = std::nullopt, .table = std::move(first), .perhaps = perhaps_});
            return true;
        }
        auto second = at_.accept_identifier();
        if (!second) return false;
        found_.push_back(
            {.schema = std::move(first), .table = std::move(second), .perhaps = perhaps_});
        return true;
    }

    bool accept_altered() {
        if (!accept_name()) return false;
        if (!at_upkeep_of_partitions()) return accept_others(/*altered=*/true);
        found_.clear();
        return true;
    }

    // Rows and definition stay as they are. REPAIR PARTITION may remove rows, by the manual.
    // https://dev.mysql.com/doc/refman/8.4/en/partitioning-maintenance.html
    bool at_upkeep_of_partitions() const {
        const bool harmless = at_.at_word("ANALYZE") || at_.at_word("CHECK") ||
                              at_.at_word("OPTIMIZE") || at_.at_word("REBUILD");
        return harmless && at_.at_word("PARTITION", 1);
    }

    bool accept_names() {
        do {
            if (!accept_name()) return false;
        } while (at_.accept_symbol(','));
        return true;
    }

    bool accept_renames() {
        do {
            if (!accept_name() || !at_.accept_word("TO") || !accept_name()) return false;
        } while (at_.accept_symbol(','));
        return true;
    }

    bool accept_schema() {
        at_.accept_words("IF", "EXISTS");
        auto schema = at_.accept_identifier();
        if (!schema) return false;
        found_.push_back({.schema = std::move(schema), .table = std::nullopt});
        return true;
    }

    // INDEX name [USING BTREE] ON table
    bool accept_index() {
        if (!at_.accept_identifier()) return false;
        if ((at_.accept_word("USING") || at_.accept_word("TYPE")) && !at_.accept_identifier())
            return false;
        return at_.accept_word("ON") && accept_name();
    }

    // TRIGGER [IF NOT EXISTS] name BEFORE INSERT ON table FOR EACH ROW
    bool accept_trigger() {
        if (at_.accept_words("IF", "NOT")) at_.accept_word("EXISTS");
        if (!at_.accept_identifier()) return false;
        if (at_.accept_symbol('.') && !at_.accept_identifier()) return false;
        const bool when = at_.accept_word("BEFORE") || at_.accept_word("AFTER");
        const bool what =
            at_.accept_word("INSERT") || at_.accept_word("UPDATE") || at_.accept_word("DELETE");
        return when && what && at_.accept_word("ON") && accept_name();
    }

    // All these words are reserved, so that without quotes they are no names.
    bool accept_others(bool altered) {
        while (!at_.done()) {
            if (at_.accept_word("REFERENCES") || (altered && at_.accept_words("WITH", "TABLE"))) {
                if (!accept_name()) return false;
            } else if (altered && at_.accept_word("RENAME")) {
                if (at_.accept_word("COLUMN") || at_.accept_word("INDEX") || at_.accept_word("KEY"))
                    continue;
                if (!at_.accept_word("TO") && !at_.accept_word("AS")) at_.accept_symbol('=');
                if (!accept_name()) return false;
            } else {
                skip_token();
            }
        }
        return true;
    }

    void skip_token() { at_ = token_cursor(at_.rest().subspan(1)); }

    token_cursor at_;
    bool perhaps_ = false;
    std::vector<acted_on> found_;
};

}  // namespace

ddl_verb verb_of(std::span<const sql_token> tokens) {
    token_cursor at(tokens);
    return read_verb(at);
}

std::optional<std::string> name_of_created_trigger(std::span<const sql_token> tokens) {
    token_cursor at(tokens);
    if (read_verb(at) != ddl_verb::create_trigger) return std::nullopt;
    if (at.accept_words("IF", "NOT")) at.accept_word("EXISTS");
    auto name = at.accept_identifier();
    if (name && at.accept_symbol('.')) name = at.accept_identifier();
    return name;
}

std::optional<std::vector<acted_on>> tables_acted_on(std::span<const sql_token> tokens) {
    return table_list(token_cursor(tokens)).read();
}

}  // namespace segue::sql
