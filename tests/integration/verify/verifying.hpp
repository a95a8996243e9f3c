#pragma once

#include "src/base/task_group.hpp"
#include "src/rows/statements.hpp"
#include "src/schema/projection.hpp"
#include "src/verify/carried_anew.hpp"
#include "src/verify/comparison.hpp"
#include "src/verify/range_verifier.hpp"
#include "src/verify/range_walk.hpp"
#include "tests/support/application_session.hpp"
#include "tests/support/sandbox_server.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace segue::verify {

/// Two tables, and what compares them, by columns of the same names.
class compared_tables {
  public:
    compared_tables(db::session& session, const table_name& source, const table_name& target,
                    const schema::value_rules& rules = {},
                    const std::vector<schema::set_column>& sets = {})
        : from_(*schema::read_table(session, source)), to_(*schema::read_table(session, target)) {
        const schema::source_of by_name = [&](std::string_view name) {
            const bool carried_on =
                from_.find_column(name) != nullptr && schema::find_set(sets, name) == nullptr;
            return carried_on ? std::optional(std::string(name)) : std::nullopt;
        };
        const auto key = schema::choose_key(from_, to_, by_name, {.unambiguous_times = true});
        require(key.chosen.has_value(), key.explanation);
        projection_ = schema::make_projection(from_, to_, *key.chosen, by_name, rules, sets);
        texts_ = std::make_unique<rows::statements>(projection_, /*locking_reads=*/false);
        how_ = std::make_unique<comparison>(*texts_, projection_, from_, to_);
    }

    const comparison& how() const { return *how_; }
    const rows::statements& texts() const { return *texts_; }
    const schema::projection& projection() const { return projection_; }

  private:
    schema::table_definition from_;
    schema::table_definition to_;
    schema::projection projection_;
    std::unique_ptr<rows::statements> texts_;
    std::unique_ptr<comparison> how_;
};

/// Compares all that the walk of `with` has, on so many threads.
inline verified compare_all(const range_verifier::parts& with, unsigned workers) {
    task_group threads;
    for (unsigned i = 0; i < workers; ++i)
        threads.spawn("verify", [&](std::stop_token end) { range_verifier(with).run(end); });
    threads.join();
    return with.walk.so_far();
}

/// A schema of its own with the tables `t` and `g`, which the test makes, and the sessions that
/// compare them. Threads: one.
struct two_tables {
    /// On a server of that version; empty: of any.
    explicit two_tables(const std::string& version = {})
        : no_server(version.empty() ? std::nullopt : test::why_not_to_be_had(version)),
          server(test::shared_server({}, no_server ? "" : version)) {}

    const std::optional<std::string> no_server;  ///< Why the test is to be skipped.
    const test::sandbox_server& server;
    const test::fresh_schema schema{server};
    test::application_session application{server.over_tcp(), schema.name()};
    const table_name source{schema.name(), "t"};
    const table_name target{schema.name(), "g"};
    db::session session = server.connect();
    db::session_factory sessions{server.over_tcp()};
    throttle::live_pace pace{throttle::pace{}};
    std::unique_ptr<compared_tables> tables;

    /// `progressed` is called by one of the workers after each range.
    verified verify_all(const compared_tables& of, unsigned workers = 1,
                        const segue::tables::verified_rows& from = {},
                        range_walk::settings set = {},
                        const std::function<void(const range_walk&)>& progressed = {}) {
        set.surplus_apart = !of.how().by_ranges();
        range_walk walk(from, set);
        carry::chunk_sizer sizer(pace);
        const auto tell = [&] {
            if (progressed) progressed(walk);
        };
        return compare_all({.sessions = sessions,
                            .how = of.how(),
                            .verdict =
                                [&](db::session& on, const auto& keys) {
                                    return changed_by_carrying_over(on, of.how(), nullptr, keys);
                                },
                            .walk = walk,
                            .sizer = sizer,
                            .progressed = tell},
                           workers);
    }
};

/// "changed id=7 (a, b)", "missing id=8", sorted.
inline std::vector<std::string> texts_of(const verified& found, const comparison& how) {
    std::vector<std::string> texts;
    for (const difference& one : found.differences)
        texts.push_back(describe(one, how.texts().codec(), "the new table"));
    std::ranges::sort(texts);
    return texts;
}

}  // namespace segue::verify
