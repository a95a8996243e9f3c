#pragma once

#include "src/datacheck/data_look.hpp"
#include "src/schema/projection.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/sandbox_server.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

namespace segue::datacheck {

/// The table `t` and the empty `g`, which is `t` altered. Threads: one.
class looked_at {
  public:
    explicit looked_at(const test::sandbox_server& on)
        : server(on), schema(on), application(on.over_tcp(), schema.name()), session(on.connect()) {
        application.execute("SET SESSION cte_max_recursion_depth=1000000");
    }

    void make(const std::string& create, const std::string& alter) {
        application.execute("DROP TABLE IF EXISTS t, g");
        application.execute("CREATE TABLE t " + create);
        application.execute("CREATE TABLE g LIKE t");
        application.execute("ALTER TABLE g " + alter);
    }
    /// So many rows whose values are expressions over `n`, from 1 on.
    void fill(unsigned rows, const std::string& values) {
        application.execute(
            fmt::format("INSERT INTO t WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM "
                        "s WHERE n<{}) SELECT {} FROM s",
                        rows, values));
        application.query("ANALYZE TABLE t");
    }
    void read() {
        source = *schema::read_table(session, {schema.name(), "t"});
        target = *schema::read_table(session, {schema.name(), "g"});
        const schema::source_of by_name = [&](std::string_view name) {
            return source.find_column(name) != nullptr ? std::optional(std::string(name))
                                                       : std::nullopt;
        };
        const auto key = schema::choose_key(source, target, by_name, {.unambiguous_times = true});
        require(key.chosen.has_value(), key.explanation);
        by = schema::make_projection(source, target, *key.chosen, by_name,
                                     schema::read_value_rules(session));
        texts = std::make_unique<rows::statements>(by, /*locking_reads=*/false);
        in_doubt = doubts_of(source, target, by, column_names::qualified);
    }
    look_result look(const look_limits& within = {}) {
        read();
        db::session own = server.connect();
        return look_at_rows(
            own, {.source = source, .by = by, .texts = *texts, .in_doubt = in_doubt}, within, {});
    }
    /// "id=7", "id=7 and id=9"; empty: nothing was refused.
    std::string refused(const look_result& seen) const {
        if (!seen.refused) return "";
        const auto& codec = texts->codec();
        return codec.describe(seen.refused->key) +
               (seen.refused->other ? " and " + codec.describe(*seen.refused->other) : "");
    }

    const test::sandbox_server& server;
    const test::fresh_schema schema;
    test::application_session application;
    db::session session;
    schema::table_definition source;
    schema::table_definition target;
    schema::projection by;
    std::unique_ptr<rows::statements> texts;
    doubts in_doubt;
};

}  // namespace segue::datacheck
