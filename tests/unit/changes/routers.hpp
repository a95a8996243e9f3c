#pragma once

#include "src/base/error.hpp"
#include "src/changes/barrier.hpp"
#include "src/changes/change_set.hpp"
#include "src/changes/router.hpp"
#include "src/changes/table_feed.hpp"
#include "tests/unit/keys/keys.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

/// A router, and what comes from the log to it, for the tests of this folder.
namespace segue::changes {

inline constexpr std::size_t original_rows = 0;
inline constexpr std::size_t changelog_rows = 1;
inline const std::string xid = "X'61',X'',1";

class a_router : public testing::Test {
  protected:
    void row(binlog::row_change_kind kind, std::optional<std::int64_t> before,
             std::optional<std::int64_t> after) {
        const auto before_bytes = keys::in_image<8>(static_cast<std::uint64_t>(before.value_or(0)));
        const auto after_bytes = keys::in_image<8>(static_cast<std::uint64_t>(after.value_or(0)));
        const std::array before_image = {keys::present(before_bytes)};
        const std::array after_image = {keys::present(after_bytes)};
        binlog::row_change change{
            .subscription = original_rows, .kind = kind, .before = {}, .after = {}};
        if (before) change.before = before_image;
        if (after) change.after = after_image;
        router_.on_row(change);
    }
    void insert(std::int64_t id) { row(binlog::row_change_kind::insert, {}, id); }

    void marker(const std::string& value,
                binlog::row_change_kind kind = binlog::row_change_kind::update) {
        const auto bytes = std::as_bytes(std::span(value));
        const std::array image = {keys::present(bytes)};
        binlog::row_change change{
            .subscription = changelog_rows, .kind = kind, .before = image, .after = {}};
        if (kind != binlog::row_change_kind::erase) change.after = image;
        router_.on_row(change);
    }
    bool marker_seen(std::uint64_t number) {
        return router_.wait_for_marker(number, std::chrono::steady_clock::time_point{}, {});
    }

    void prepare(const std::string& of, std::initializer_list<std::int64_t> ids) {
        router_.on_begin(of);
        for (const std::int64_t id : ids) insert(id);
        router_.on_end(binlog::stream_handler::ending::xa_prepared);
    }

    void statement(std::string_view text, std::string_view default_schema = "s") {
        router_.on_statement({.is = binlog::statement::kind::definition,
                              .default_schema = default_schema,
                              .text = text,
                              .updated_schemas = {}});
    }
    void data_change(std::optional<std::vector<std::string>> updated_schemas) {
        router_.on_statement({.is = binlog::statement::kind::data_change,
                              .default_schema = "s",
                              .text = "UPDATE v SET a=1",
                              .updated_schemas = std::move(updated_schemas)});
    }

    std::vector<keys::key_value> kept() { return changes_.take_all().value(); }

    db::session_factory sessions_{wire::connection_options{}};
    barrier markers_{sessions_, {.changelog = {"s", "_t_ghc"}, .run_token = "feed"}};
    change_set changes_{1'000};
    table_feed feed_{
        {.original = {"s", "t"}, .columns = 2, .ours = {{"s", "_t_gho"}, {"s", "_t_ghc"}}},
        keys::id_codec(),
        changes_,
        {}};
    router router_{markers_, {"s", "_t_ghc"}, {&feed_}};
};

}  // namespace segue::changes
