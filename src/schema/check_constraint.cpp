#include "src/schema/check_constraint.hpp"

#include "src/base/error.hpp"
#include "src/base/utf8.hpp"
#include "src/schema/bytes_as_they_are.hpp"
#include "src/sql/identifier_case.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace segue::schema {
namespace {

constexpr std::string_view line_start = "  CONSTRAINT `";
constexpr std::string_view infix = "_chk_";
constexpr std::string_view not_enforced = " /*!80016 NOT ENFORCED */";

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

/// Takes "  CONSTRAINT `name` " off the line; nullopt: it does not begin so.
std::optional<std::string> take_name(std::string_view& line) {
    if (!line.starts_with(line_start)) return std::nullopt;
    std::string name;
    std::size_t at = line_start.size();
    for (; at < line.size(); ++at) {
        if (line[at] == '`') {
            if (at + 1 == line.size() || line[at + 1] != '`') break;
            ++at;
        }
        name += line[at];
    }
    line.remove_prefix(std::min(at + 2, line.size()));
    return name;
}

/// Reads "  CONSTRAINT `name` CHECK (...)", which the server prints in one line, whatever strings
/// are in it.
std::optional<check_constraint> read_line(std::string_view line) {
    auto name = take_name(line);
    if (!name || !line.starts_with("CHECK ")) return std::nullopt;
    if (line.ends_with(',')) line.remove_suffix(1);
    return check_constraint{.name = std::move(*name), .text = std::string(line)};
}

bool is_foreign_key(std::string_view line) {
    return take_name(line).has_value() && line.starts_with("FOREIGN KEY ");
}

bool is_too_long(std::string_view name) {
    constexpr std::size_t characters_max = 64;
    return characters_in(name) > characters_max;
}

std::string prefix_of(std::string_view table) {
    return std::string(table) + std::string(infix);
}

}  // namespace

bool check_constraint::enforced() const {
    return !text.ends_with(not_enforced);
}

std::vector<check_constraint> check_constraints_of(std::string_view create_statement) {
    std::vector<check_constraint> found;
    for (const std::string& line : lines_of(create_statement))
        if (auto one = read_line(line)) found.push_back(std::move(*one));
    return found;
}

std::vector<check_constraint> read_check_constraints(db::session& session, const table_name& name) {
    const bytes_as_they_are unconverted(session);
    return check_constraints_of(
        session.query_row("SHOW CREATE TABLE " + name.quoted())[1].value_or(""));
}

std::vector<check_constraint> in_order_of_numbers(std::vector<check_constraint> made) {
    std::ranges::sort(made, {},
                      [](const auto& one) { return std::pair(one.name.size(), one.name); });
    return made;
}

bool may_be_made_like(const std::vector<check_constraint>& original,
                      const std::vector<check_constraint>& made) {
    if (!std::ranges::equal(original, made, {}, &check_constraint::enforced,
                            &check_constraint::enforced))
        return false;
    // A text that is there again is in the same place.
    for (std::size_t i = 0; i < original.size(); ++i)
        if (made[i].text != original[i].text &&
            std::ranges::find(made, original[i].text, &check_constraint::text) != made.end())
            return false;
    return true;
}

std::vector<std::string> check_names_made_like(std::size_t constraints, std::string_view table) {
    std::vector<std::string> names;
    for (std::size_t number = 1; number <= constraints; ++number)
        names.push_back(prefix_of(table) + std::to_string(number));
    return names;
}

std::string check_name_after_rename(std::string_view name, std::string_view from,
                                    std::string_view to) {
    const std::string prefix = prefix_of(from);
    if (!name.starts_with(prefix) || name.size() == prefix.size()) return std::string(name);
    return prefix_of(to) + std::string(name.substr(prefix.size()));
}

std::vector<check_name> check_names(const std::vector<check_constraint>& constraints,
                                    std::string_view original, std::string_view ghost,
                                    std::string_view old) {
    std::vector<check_name> names;
    std::set<std::string> taken;
    for (const auto& one : constraints) {
        names.push_back({.original = one.name,
                         .ghost = check_name_after_rename(one.name, original, ghost),
                         .swapped = one.name,
                         .old = check_name_after_rename(one.name, original, old)});
        taken.insert(sql::fold_case(names.back().ghost));
    }
    for (check_name& one : names) {
        if (one.ghost != one.original) continue;
        const std::string prefix = prefix_of(ghost);
        one.ghost = prefix + (is_too_long(prefix + one.original) ? "1" : one.original);
        for (unsigned number = 1; !taken.insert(sql::fold_case(one.ghost)).second; ++number)
            one.ghost = prefix + std::to_string(number);
        one.swapped = check_name_after_rename(one.ghost, ghost, original);
    }
    for (check_name& one : names) one.too_long = is_too_long(one.ghost) || is_too_long(one.old);
    return names;
}

std::vector<std::string> definition_beside_checks(const table_definition& table) {
    std::vector<std::string> lines = lines_of(stable_create_statement(table));
    if (!lines.empty()) lines.erase(lines.begin());
    std::erase_if(lines, [](const std::string& line) {
        return read_line(line).has_value() || is_foreign_key(line);
    });
    for (std::string& line : lines)
        if (line.ends_with(',')) line.pop_back();
    return lines;
}

}  // namespace segue::schema
