#include "src/expand/state_table.hpp"

#include "src/tables/this_process.hpp"

#include <fmt/format.h>

namespace segue::expand {
namespace {

constexpr std::string_view now = "DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%d %H:%i:%s')";

std::string who() {
    return fmt::format("CONCAT(CURRENT_USER(),{})", quoted_literal(tables::this_process()));
}

}  // namespace

void state_table::put(db::session& session, std::string_view hint,
                      const std::string& expression) const {
    session.execute(fmt::format("REPLACE INTO {} (column_name, hint, value) VALUES ({},'{}',{})",
                                name_.quoted(), quoted_literal(column_), hint, expression));
}

void state_table::begin(db::session& session, const earlier::expand_facts& asked,
                        const std::string& sql_mode) const {
    session.execute(fmt::format(
        R"(CREATE TABLE IF NOT EXISTS {} (
             column_name VARCHAR(64) NOT NULL,
             hint VARCHAR(16) NOT NULL,
             value LONGTEXT NOT NULL,
             PRIMARY KEY (column_name, hint))
           ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin
           COMMENT='{}')",
        name_.quoted(), earlier::expanded_state_comment));
    session.execute("START TRANSACTION");
    const auto text = [&](std::string_view hint, const std::string& value) {
        put(session, hint, quoted_literal(value));
    };
    text("format", "1");
    text("old", asked.old_column);
    text("definition", asked.definition);
    text("up", asked.up);
    text("down", asked.down);
    text("order", asked.order);
    text("definer", asked.definer);
    text("sql_mode", sql_mode);
    put(session, "begun", std::string(now));
    put(session, "since", std::string(now));
    put(session, "run", who());
    text("phase", std::string(name_of(earlier::expand_phase::begun)));
    session.execute("COMMIT");
}

// Whoever begins with another column meanwhile makes the table anew: that is held off by the claim
// of the start (src/earlier).
void state_table::take_back(db::session& session) const {
    session.execute(fmt::format("DELETE FROM {} WHERE column_name={}", name_.quoted(),
                                quoted_literal(column_)));
    if (session.query_value(fmt::format("SELECT COUNT(*) FROM {}", name_.quoted())) == "0")
        session.execute("DROP TABLE " + name_.quoted());
}

void state_table::enter(db::session& session, earlier::expand_phase at) const {
    session.execute("START TRANSACTION");
    put(session, "phase", quoted_literal(name_of(at)));
    put(session, "since", std::string(now));
    put(session, "run", who());
    session.execute("COMMIT");
}

void state_table::record_found(db::session& session, const std::string& words) const {
    put(session, "found", quoted_literal(words));
}

void state_table::begin_contract(db::session& session, std::string_view goes,
                                 const std::string& alter) const {
    session.execute("START TRANSACTION");
    put(session, "contract", quoted_literal(goes));
    put(session, "alter", quoted_literal(alter));
    put(session, "run", who());
    session.execute("COMMIT");
}

void state_table::record_watch(db::session& session, const std::string& text) const {
    put(session, "watch", quoted_literal(text));
}

void state_table::remove(db::session& session) const {
    if (!earlier::is_expanded_state(session, name_)) return;
    const auto others = session.query(fmt::format("SELECT 1 FROM {} WHERE column_name<>{} LIMIT 1",
                                                  name_.quoted(), quoted_literal(column_)));
    if (others.empty())
        session.execute("DROP TABLE IF EXISTS " + name_.quoted());
    else
        session.execute(fmt::format("DELETE FROM {} WHERE column_name={}", name_.quoted(),
                                    quoted_literal(column_)));
}

}  // namespace segue::expand
