#include "src/sql/table_option.hpp"

#include "src/sql/identifier_case.hpp"

#include <algorithm>
#include <array>

namespace segue::sql {
namespace {

// These say how the table is kept, and act on no row.
constexpr std::array<std::string_view, 19> allowed{"AUTOEXTEND_SIZE",  "AUTO_INCREMENT",
                                                   "AVG_ROW_LENGTH",   "CHECKSUM",
                                                   "TABLE_CHECKSUM",   "COMMENT",
                                                   "COMPRESSION",      "DELAY_KEY_WRITE",
                                                   "ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE",
                                                   "KEY_BLOCK_SIZE",   "MAX_ROWS",
                                                   "MIN_ROWS",         "PACK_KEYS",
                                                   "ROW_FORMAT",       "STATS_AUTO_RECALC",
                                                   "STATS_PERSISTENT", "STATS_SAMPLE_PAGES",
                                                   "ENCRYPTION"};

struct refused_option {
    std::string_view name;
    std::string_view reason;
    std::string_view remedy;
};

constexpr std::string_view placement =
    "where the table's files are kept is not changed by a migration";
constexpr std::string_view placement_remedy = "leave it out, or run it as a plain ALTER TABLE";
constexpr std::string_view other_engine = "it is an option of another storage engine than InnoDB";
constexpr std::string_view secondary = "the ghost table is not loaded in a secondary engine";

constexpr std::array refused{
    refused_option{"TABLESPACE", placement, placement_remedy},
    refused_option{"STORAGE", placement, placement_remedy},
    refused_option{"UNION", other_engine, "leave it out"},
    refused_option{"INSERT_METHOD", other_engine, "leave it out"},
    refused_option{"CONNECTION", other_engine, "leave it out"},
    refused_option{"PASSWORD", "it has no meaning", "leave it out"},
    refused_option{"SECONDARY_ENGINE", secondary,
                   "run it as a plain ALTER TABLE when the migration is done"},
};

bool accept_value(token_cursor& at, table_option& option) {
    at.accept_symbol('=');
    if (at.done() || at.at_symbol(',') || at.at_symbol(')')) return false;
    if (!at.at_symbol('(')) option.value = unquote(at.current());
    at.skip_group();
    return true;
}

}  // namespace

std::optional<table_option> read_table_option(token_cursor& at) {
    table_option option;
    if (at.accept_words("DATA", "DIRECTORY") || at.accept_words("INDEX", "DIRECTORY")) {
        option = {"DIRECTORY", "", placement, placement_remedy};
    } else if (at.accept_words("START", "TRANSACTION")) {
        return table_option{"START TRANSACTION", "",
                            "it belongs to CREATE TABLE ... SELECT in the binary log",
                            "leave it out"};
    } else if (at.accept_word("ENGINE")) {
        option.name = "ENGINE";
    } else {
        at.accept_word("DEFAULT");
        if (at.accept_words("CHARACTER", "SET") || at.accept_words("CHAR", "SET") ||
            at.accept_word("CHARSET"))
            option.name = "CHARACTER SET";
        else if (at.accept_word("COLLATE"))
            option.name = "COLLATE";
    }
    for (const auto& name : allowed)
        if (option.name.empty() && at.accept_word(name)) option.name = name;
    for (const auto& listed : refused)
        if (option.name.empty() && at.accept_word(listed.name))
            option = {std::string(listed.name), "", listed.reason, listed.remedy};

    if (option.name.empty() || !accept_value(at, option)) return std::nullopt;
    if (option.name == "ENGINE" && !equal_ascii_case(option.value, "InnoDB")) {
        option.refusal_reason = "Segue carries rows between InnoDB tables only";
        option.refusal_remedy = "leave it out, or run it as a plain ALTER TABLE";
    }
    return option;
}

}  // namespace segue::sql
