#include "src/expand/trial.hpp"

#include "src/backfill/may_change.hpp"
#include "src/base/error.hpp"
#include "src/base/refusal.hpp"
#include "src/db/retry.hpp"
#include "src/preflight/sampled_values.hpp"
#include "src/schema/key_column.hpp"
#include "src/sql/identifier_case.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace segue::expand {
namespace {

using preflight::sampled_row;
using std::chrono::steady_clock;

constexpr std::size_t rows_max = 2'000;
constexpr std::size_t batch_rows = 200;
constexpr std::size_t rows_shown = 10;
constexpr std::size_t rows_compared = 200;
constexpr std::chrono::seconds tries_for{3};

// Of the settings that a session may have for itself, and an expression's value may depend on.
constexpr std::array settings = {"time_zone", "lc_time_names", "div_precision_increment",
                                 "default_week_format", "block_encryption_mode"};
constexpr std::array some_session = {"'+00:00'", "'en_US'", "0", "0", "'aes-128-ecb'"};
constexpr std::array other_session = {"'+05:30'", "'ja_JP'", "30", "3", "'aes-256-ecb'"};

struct probe {
    std::string what;
    std::string value;
};

// Values that the new column may hold, and the old one perhaps not.
std::vector<probe> probes_of(const schema::column& one) {
    std::vector<probe> all{{"NULL", "NULL"}};
    const auto numbers = schema::numbers_of(one.column_type);
    std::uint64_t length = 0;
    if (one.data_type == "varchar" || one.data_type == "char")
        length = numbers.empty() ? 1 : numbers.front();
    if (one.data_type == "tinytext") length = 255;
    if (one.data_type == "text") length = 65'535;
    if (one.data_type == "mediumtext" || one.data_type == "longtext") length = 100'000;
    if (length > 0)
        all.push_back(
            {fmt::format("texts of {} characters", length), fmt::format("REPEAT('x',{})", length)});
    constexpr std::array integers = {std::pair{"tinyint", 8}, std::pair{"smallint", 16},
                                     std::pair{"mediumint", 24}, std::pair{"int", 32},
                                     std::pair{"bigint", 64}};
    for (const auto& [type, bits] : integers) {
        if (one.data_type != type) continue;
        if (one.is_unsigned()) {
            all.push_back({fmt::format("the greatest {}", one.column_type),
                           fmt::format("~0>>{}", 64 - bits)});
        } else {
            all.push_back({fmt::format("the greatest {}", one.column_type),
                           fmt::format("~0>>{}", 65 - bits)});
            all.push_back({fmt::format("the least {}", one.column_type),
                           fmt::format("-CAST(~0>>{} AS SIGNED)-1", 65 - bits)});
        }
    }
    return all;
}

class attempt {
  public:
    explicit attempt(const tried_on& on) : on_(on) {
        for (const schema::key_column& one : on.key.columns)
            keys_ += (keys_.empty() ? "" : ",") + quoted_name(one.source);
        for (const schema::column& one : on.table.columns)
            if (!one.generated && !sql::same_name(one.name, on.up.target))
                columns_ += (columns_.empty() ? "" : ",") + quoted_name(one.name);
    }

    trial run() {
        on_.session.execute("START TRANSACTION");
        try {
            carry();
            show();
            look_back();
            refuse_of_sessions(on_.up, "--up");
            refuse_of_sessions(on_.down, "--down");
            probe_new_code();
        } catch (const error& failure) {
            if (!failure.connection_lost()) on_.session.execute("ROLLBACK");
            throw;
        }
        on_.session.execute("ROLLBACK");
        return std::move(done_);
    }

  private:
    std::string carry_text(std::size_t from, std::size_t rows) const {
        return fmt::format(
            "INSERT INTO {0} ({1}) SELECT {1} FROM {2} FORCE INDEX ({3}) ORDER BY {4} LIMIT {5} "
            "OFFSET {6}",
            on_.stand_in.name.quoted(), columns_, on_.table.name.quoted(),
            quoted_name(on_.key.source_index), keys_, rows, from);
    }

    void carry() {
        const auto until = steady_clock::now() + tries_for;
        while (done_.sampled < rows_max && steady_clock::now() < until) {
            if (on_.stop.stop_requested()) throw stopped();
            const std::uint64_t rows = carried(done_.sampled, batch_rows);
            done_.sampled += rows;
            if (rows < batch_rows) return;
        }
    }

    std::uint64_t carried(std::size_t from, std::size_t rows) {
        on_.session.execute("SAVEPOINT segue_batch");
        try {
            return on_.session.execute(carry_text(from, rows));
        } catch (const error& failure) {
            if (failure.connection_lost() || !db::may_be_the_rows(failure)) throw;
            on_.session.execute("ROLLBACK TO SAVEPOINT segue_batch");
            for (std::size_t at = from; at < from + rows; ++at) carry_alone(at);
            throw;
        }
    }

    void carry_alone(std::size_t at) {
        try {
            on_.session.execute(carry_text(at, 1));
        } catch (const error& failure) {
            if (failure.connection_lost() || !db::may_be_the_rows(failure)) throw;
            const auto row = on_.session.query(fmt::format(
                "SELECT {} FROM {} FORCE INDEX ({}) ORDER BY {} LIMIT 1 OFFSET {}", keys_,
                on_.table.name.quoted(), quoted_name(on_.key.source_index), keys_, at));
            throw_refusals({{fmt::format("the row {} has no way up by {} = {}: {}",
                                         row.empty() ? "" : key_text(row.front()),
                                         quoted_name(on_.up.target), on_.up.asked, failure.what()),
                             "Put the row right, or write --up so that it takes the value, or a "
                             "wider --column."}});
        }
    }

    std::string key_text(const db::row& values) const {
        std::string text;
        for (std::size_t i = 0; i < on_.key.columns.size(); ++i)
            text += fmt::format("{}{}={}", i == 0 ? "" : ", ", on_.key.columns[i].source,
                                values[i].value_or("NULL"));
        return text;
    }

    // `before` and `after` stand behind what is read.
    std::vector<sampled_row> sample(const schema::set_column& of, const std::string& before,
                                    const std::string& after, const std::string& where) {
        std::string reads;
        for (const std::string& one : of.reads) reads += "," + quoted_name(one);
        std::vector<sampled_row> rows;
        for (const db::row& found : on_.session.query(fmt::format(
                 "SELECT {0}{1},{2},{3} FROM {4} WHERE {5} ORDER BY {0} LIMIT {6}", keys_, reads,
                 before, after, on_.stand_in.name.quoted(), where, rows_shown))) {
            const auto values = std::span(found).subspan(on_.key.columns.size());
            rows.push_back({.key = key_text(found),
                            .reads = preflight::values_of(of.reads, values),
                            .before = {{.column = of.target, .is = values[of.reads.size()]}},
                            .after = {{.column = of.target, .is = values[of.reads.size() + 1]}}});
        }
        return rows;
    }

    void show() { done_.first = sample(on_.up, "NULL", quoted_name(on_.up.target), "TRUE"); }

    void look_back() {
        const std::string condition =
            backfill::may_change(on_.down, on_.stand_in,
                                 on_.stand_in.name.quoted() + "." + quoted_name(on_.down.target));
        done_.not_back = db::to_uint64(
            on_.session.query_value(fmt::format("SELECT COUNT(*) FROM {} WHERE {}",
                                                on_.stand_in.name.quoted(), condition)),
            "COUNT(*)");
        if (done_.not_back > 0)
            done_.first_not_back =
                sample(on_.down, quoted_name(on_.down.target), on_.down.expression, condition);
    }

    std::vector<db::row> computed(const std::string& expression, std::span<const char* const> by) {
        for (std::size_t i = 0; i < settings.size(); ++i)
            on_.session.execute(fmt::format("SET SESSION {}={}", settings[i], by[i]));
        return on_.session.query(
            fmt::format("SELECT {0}, HEX(CAST({1} AS BINARY)) FROM {2} ORDER "
                        "BY {0} LIMIT {3}",
                        keys_, expression, on_.stand_in.name.quoted(), rows_compared));
    }

    // Of a value that is copied by its name alone the server makes no other one.
    void refuse_of_sessions(const schema::set_column& set, std::string_view flag) {
        const bool is_copy = set.reads.size() == 1 && (set.asked == set.reads.front() ||
                                                       set.asked == quoted_name(set.reads.front()));
        if (is_copy) return;
        std::string names;
        for (const char* const one : settings)
            names += fmt::format("{}@@SESSION.{}", names.empty() ? "" : ",", one);
        const db::row own = on_.session.query_row("SELECT " + names);
        const auto one = computed(set.expression, some_session);
        const auto other = computed(set.expression, other_session);
        for (std::size_t i = 0; i < settings.size(); ++i)
            on_.session.execute(fmt::format("SET SESSION {}={}", settings[i],
                                            quoted_unless_number(own[i].value_or(""))));
        for (std::size_t i = 0; i < std::min(one.size(), other.size()); ++i)
            if (one[i] != other[i])
                throw_refusals(
                    {{fmt::format("{} \"{} = {}\" gives the row {} another value in another "
                                  "session: its {} decide on it",
                                  flag, set.target, set.asked, key_text(one[i]),
                                  fmt::join(settings, ", ")),
                      "Each session of the application has its own. Write an expression over the "
                      "values alone."}});
    }

    static std::string quoted_unless_number(const std::string& text) {
        const bool number =
            !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
        return number ? text : quoted_literal(text);
    }

    void probe_new_code() {
        const schema::column* const column = on_.stand_in.find_column(on_.up.target);
        if (done_.sampled == 0 || column == nullptr) return;
        for (const probe& one : probes_of(*column)) {
            on_.session.execute("SAVEPOINT segue_probe");
            try {
                on_.session.execute(fmt::format("UPDATE {} SET {}={} ORDER BY {} LIMIT 1",
                                                on_.stand_in.name.quoted(),
                                                quoted_name(column->name), one.value, keys_));
            } catch (const error& failure) {
                if (failure.connection_lost() || !db::may_be_the_rows(failure)) throw;
                done_.refused_of_new_code.push_back(fmt::format(
                    "{} in {}: {}", one.what, quoted_name(column->name), failure.what()));
            }
            on_.session.execute("ROLLBACK TO SAVEPOINT segue_probe");
        }
    }

    const tried_on& on_;
    std::string keys_;
    std::string columns_;
    trial done_;
};

}  // namespace

trial try_pair(const tried_on& on) {
    return attempt(on).run();
}

}  // namespace segue::expand
