#include "src/schema/check_constraint.hpp"

#include "src/schema/identifier_case.hpp"

#include <algorithm>
#include <optional>
#include <set>

namespace segue::schema {
namespace {

constexpr std::string_view line_start = "  CONSTRAINT `";
constexpr std::string_view infix = "_chk_";

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

/// Reads "  CONSTRAINT `name` CHECK (...)", which the server prints in one line, whatever strings
/// are in it.
std::optional<check_constraint> read_line(std::string_view line) {
    if (!line.starts_with(line_start)) return std::nullopt;
    check_constraint found;
    std::size_t at = line_start.size();
    for (; at < line.size(); ++at) {
        if (line[at] == '`') {
            if (at + 1 == line.size() || line[at + 1] != '`') break;
            ++at;
        }
        found.name += line[at];
    }
    line.remove_prefix(std::min(at + 1, line.size()));
    if (!line.starts_with(" CHECK ")) return std::nullopt;
    line.remove_prefix(1);
    if (line.ends_with(',')) line.remove_suffix(1);
    found.text = line;
    return found;
}

bool is_too_long(std::string_view name) {
    constexpr std::ptrdiff_t characters_max = 64;
    return std::ranges::count_if(name, [](char byte) {
               return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
           }) > characters_max;
}

std::string prefix_of(std::string_view table) {
    return std::string(table) + std::string(infix);
}

}  // namespace

std::vector<check_constraint> check_constraints_of(const table_definition& table) {
    std::vector<check_constraint> found;
    for (const std::string& line : lines_of(table.create_statement))
        if (auto one = read_line(line)) found.push_back(std::move(*one));
    return found;
}

std::string check_name_after_rename(std::string_view name, std::string_view from,
                                    std::string_view to) {
    const std::string prefix = prefix_of(from);
    if (!name.starts_with(prefix)) return std::string(name);
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
        taken.insert(fold_case(names.back().ghost));
    }
    for (check_name& one : names) {
        if (one.ghost != one.original) continue;
        const std::string prefix = prefix_of(ghost);
        one.ghost = prefix + (is_too_long(prefix + one.original) ? "1" : one.original);
        for (unsigned number = 1; !taken.insert(fold_case(one.ghost)).second; ++number)
            one.ghost = prefix + std::to_string(number);
        one.swapped = check_name_after_rename(one.ghost, ghost, original);
    }
    for (check_name& one : names) one.too_long = is_too_long(one.ghost) || is_too_long(one.old);
    return names;
}

std::vector<std::string> nameless_definition(const table_definition& table) {
    std::vector<std::string> lines = lines_of(stable_create_statement(table));
    if (!lines.empty()) lines.erase(lines.begin());
    std::vector<std::string> checks;
    std::vector<std::string> others;
    for (std::string& line : lines) {
        if (auto check = read_line(line)) {
            checks.push_back(std::move(check->text));
        } else {
            if (line.ends_with(',')) line.pop_back();
            others.push_back(std::move(line));
        }
    }
    std::sort(checks.begin(), checks.end());
    others.insert(others.end(), checks.begin(), checks.end());
    return others;
}

}  // namespace segue::schema
