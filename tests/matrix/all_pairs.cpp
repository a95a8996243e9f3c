#include "src/base/error.hpp"
#include "src/schema/projection.hpp"
#include "tests/matrix/matrix.hpp"

#include <atomic>
#include <exception>
#include <mutex>
#include <thread>

#include <fmt/format.h>

namespace segue::matrix {
namespace {

// The default but for zero dates.
constexpr std::string_view strict_with_zero_dates =
    "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION";

constexpr int no_vector = 6136;

bool has_dates(const schema::column& column) {
    return column.data_type == "date" || column.data_type == "datetime" ||
           column.data_type == "timestamp";
}

std::string told(const answer& given) {
    constexpr std::size_t shown_max = 60;
    return given.refused != 0 ? fmt::format("refused ({})", given.refused)
                              : given.printed.substr(0, shown_max);
}

pair_result try_pair(conversion_trial& trial, const typed_table& from, const typed_table& to,
                     const schema::conversion_rules& rules, const matrix_options& options) {
    pair_result result;
    result.from = from.definition;
    result.to = to.definition;
    result.from_data_type = from.column.data_type;
    result.to_data_type = to.column.data_type;
    result.how = schema::conversion_of(from.column, to.column);
    const auto by_alter = trial.by_alter(from, to, std::string(strict_mode));
    result.impossible = !by_alter;
    result.not_listed = !options.expression && !result.how;
    if (result.impossible || result.not_listed) return result;
    const std::string expression =
        options.expression ? fmt::format(fmt::runtime(*options.expression), "c")
                           : schema::converted(from.column, to.column, *result.how, "c", rules);
    const auto by_insert = trial.by_insert(from, to, expression);
    std::optional<answers> with_zero_dates;
    for (const auto& [id, native] : *by_alter) {
        const std::string& literal = from.literals[id - 1];
        const answer& ours = by_insert.at(id);
        if (ours.refused == 0 && native == ours) result.accepted.push_back(literal);
        if (native == ours) {
            ++(native.refused != 0 ? result.refused_alike : result.equal);
            continue;
        }
        if (from.column.data_type.ends_with("blob") && to.column.data_type == "vector" &&
            native.refused == 0 && ours.refused == no_vector) {
            ++result.no_vectors;
            continue;
        }
        if (has_dates(from.column) && has_dates(to.column)) {
            if (!with_zero_dates)
                with_zero_dates = trial.by_alter(from, to, std::string(strict_with_zero_dates));
            if (with_zero_dates->at(id) == ours) {
                ++result.dates_carried_on;
                result.accepted.push_back(literal);
                continue;
            }
        }
        result.different.push_back(
            fmt::format("{}: ALTER TABLE {}, Segue {}", literal, told(native), told(ours)));
    }
    return result;
}

// Those that the server has.
std::vector<typed_table> make_tables(db::session& session, const std::string& schema,
                                     std::string_view prefix, const std::vector<source_type>& types,
                                     const matrix_options& options) {
    std::vector<typed_table> made;
    for (const auto& type : types) {
        auto table = make_table(session, {schema, fmt::format("{}{}", prefix, made.size())}, type);
        if (table)
            made.push_back(std::move(*table));
        else
            options.tell(fmt::format("this server has no {}", type.definition));
    }
    return made;
}

}  // namespace

std::vector<pair_result> try_all_pairs(const test::sandbox_server& server,
                                       const std::vector<source_type>& from,
                                       const std::vector<std::string>& to,
                                       const matrix_options& options) {
    const test::fresh_schema schema(server);
    auto session = server.connect();
    const auto rules = schema::read_value_rules(session).conversions;
    std::vector<source_type> empty;
    for (const auto& definition : to) empty.push_back({definition, {}});
    const auto sources = make_tables(session, schema.name(), "from_", from, options);
    const auto targets = make_tables(session, schema.name(), "to_", empty, options);

    std::vector<pair_result> results(sources.size() * targets.size());
    std::atomic<std::size_t> next{0};
    std::atomic<std::size_t> done{0};
    std::mutex mutex;
    std::exception_ptr failure;  // guarded by mutex
    const auto work = [&] {
        try {
            conversion_trial trial(server, schema.name(), rules.today);
            for (std::size_t at = next++; at < sources.size(); at = next++) {
                for (std::size_t i = 0; i < targets.size(); ++i)
                    results[at * targets.size() + i] =
                        try_pair(trial, sources[at], targets[i], rules, options);
                const std::size_t count = ++done;
                std::lock_guard lock(mutex);
                options.tell(fmt::format("{} of {} types: {}", count, sources.size(),
                                         sources[at].definition));
            }
        } catch (...) {
            std::lock_guard lock(mutex);
            if (!failure) failure = std::current_exception();
            next = sources.size();
        }
    };
    {
        std::vector<std::jthread> workers;
        for (unsigned i = 0; i < options.sessions; ++i) workers.emplace_back(work);
    }
    if (failure) std::rethrow_exception(failure);
    return results;
}

}  // namespace segue::matrix
