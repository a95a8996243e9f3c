#include "src/rehearsal/refused_rows.hpp"

#include "src/base/table_name.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace segue::rehearsal {
namespace {

// The n of "varchar(n)"; nullopt for types without one, as text.
std::optional<std::uint64_t> length_of(const schema::column& of) {
    const auto open = of.column_type.find('(');
    if (open == std::string::npos) return std::nullopt;
    std::uint64_t length = 0;
    const char* const end = of.column_type.data() + of.column_type.size();
    const auto read = std::from_chars(of.column_type.data() + open + 1, end, length);
    return read.ec == std::errc() ? std::optional(length) : std::nullopt;
}

bool is_text(const schema::column& of) {
    return of.data_type == "char" || of.data_type == "varchar" || of.data_type.ends_with("text");
}

bool is_bytes(const schema::column& of) {
    return of.data_type == "binary" || of.data_type == "varbinary" ||
           of.data_type.ends_with("blob");
}

struct integer_range {
    std::int64_t least;
    std::uint64_t most;
};

std::optional<integer_range> range_of(const schema::column& of) {
    unsigned bits = 0;
    if (of.data_type == "tinyint") bits = 8;
    if (of.data_type == "smallint") bits = 16;
    if (of.data_type == "mediumint") bits = 24;
    if (of.data_type == "int") bits = 32;
    if (of.data_type == "bigint") bits = 64;
    if (bits == 0) return std::nullopt;
    const std::uint64_t all = bits == 64 ? UINT64_MAX : (std::uint64_t{1} << bits) - 1;
    if (of.is_unsigned()) return integer_range{.least = 0, .most = all};
    const auto most = static_cast<std::int64_t>(all / 2);
    return integer_range{.least = -most - 1, .most = static_cast<std::uint64_t>(most)};
}

std::string count_where(const preflight::plan& made, const std::string& condition) {
    return fmt::format("SELECT COUNT(*) FROM {} WHERE {};", made.original.name.quoted(), condition);
}

void add_of_column(const preflight::plan& made, const schema::column& from,
                   const schema::column& to, std::vector<std::string>& queries) {
    const std::string name = quoted_name(from.name);
    if (from.nullable && !to.nullable) queries.push_back(count_where(made, name + " IS NULL"));
    const bool both_text = is_text(from) && is_text(to);
    if (both_text || (is_bytes(from) && is_bytes(to))) {
        const auto before = length_of(from);
        const auto after = length_of(to);
        if (after && (!before || *before > *after))
            queries.push_back(count_where(
                made,
                fmt::format("{}({})>{}", both_text ? "CHAR_LENGTH" : "LENGTH", name, *after)));
    }
    const auto before = range_of(from);
    const auto after = range_of(to);
    if (before && after && (before->least < after->least || before->most > after->most))
        queries.push_back(count_where(
            made, fmt::format("{} NOT BETWEEN {} AND {}", name, after->least, after->most)));
}

// By their names in the original; nullopt where one is no column of it as a whole.
std::optional<std::vector<std::string>> columns_before(const schema::projection& by,
                                                       const schema::index& of) {
    std::vector<std::string> columns;
    for (const auto& part : of.parts) {
        const auto found =
            std::ranges::find(by.columns, part.column, &schema::projected_column::target);
        if (part.is_prefix || part.multi_valued || found == by.columns.end() || !found->source)
            return std::nullopt;
        columns.push_back(*found->source);
    }
    return columns;
}

// Then no two rows can be alike in them.
bool were_unique(const schema::table_definition& original,
                 const std::vector<std::string>& columns) {
    const auto within = [&](const schema::index& one) {
        return one.unique && std::ranges::all_of(one.parts, [&](const schema::index_part& part) {
                   return !part.is_prefix && !part.multi_valued && !part.column.empty() &&
                          std::ranges::count(columns, part.column) > 0;
               });
    };
    return std::ranges::any_of(original.indexes, within);
}

void add_of_index(const preflight::plan& made, const schema::index& index,
                  std::vector<std::string>& queries) {
    const auto columns = columns_before(made.projection, index);
    if (!index.unique || !columns || were_unique(made.original, *columns)) return;
    std::string names;
    std::string not_null;
    for (const std::string& column : *columns) {
        names += (names.empty() ? "" : ", ") + quoted_name(column);
        not_null += (not_null.empty() ? "" : " AND ") + quoted_name(column) + " IS NOT NULL";
    }
    queries.push_back(fmt::format(
        "SELECT {0}, COUNT(*) FROM {1} WHERE {2} GROUP BY {0} HAVING COUNT(*)>1 LIMIT 10;", names,
        made.original.name.quoted(), not_null));
}

}  // namespace

std::vector<std::string> queries_for_refused_rows(const preflight::plan& made) {
    std::vector<std::string> queries;
    for (const auto& one : made.projection.columns) {
        if (!one.source) continue;
        const auto* const from = made.original.find_column(*one.source);
        const auto* const to = made.target.find_column(one.target);
        if (from != nullptr && to != nullptr) add_of_column(made, *from, *to, queries);
    }
    for (const auto& index : made.target.indexes) add_of_index(made, index, queries);
    return queries;
}

}  // namespace segue::rehearsal
