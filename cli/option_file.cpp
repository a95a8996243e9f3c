#include "cli/option_file.hpp"

#include "src/base/error.hpp"

#include <fmt/format.h>

namespace segue::cli {
namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\f\v";
    const auto from = text.find_first_not_of(blanks);
    if (from == std::string_view::npos) return {};
    return text.substr(from, text.find_last_not_of(blanks) - from + 1);
}

std::string_view without_quotes(std::string_view value) {
    if (value.size() < 2 || value.front() != value.back()) return value;
    if (value.front() != '"' && value.front() != '\'') return value;
    return value.substr(1, value.size() - 2);
}

std::string value_of(std::string_view text, const environment& variables, std::size_t line) {
    const auto value = without_quotes(text);
    if (!value.starts_with("${") || !value.ends_with('}')) return std::string(value);
    const std::string name(value.substr(2, value.size() - 3));
    auto found = variables(name);
    if (!found)
        throw error(fmt::format("line {}: the environment variable {} is not set", line, name));
    return *std::move(found);
}

}  // namespace

std::vector<option_file_entry> parse_option_file(std::string_view text,
                                                 const environment& variables) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    std::vector<option_file_entry> entries;
    std::string section;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        const auto line = trimmed(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.empty() || line[0] == '#' || line[0] == ';') continue;
        if (line[0] == '!')
            throw error(fmt::format("line {}: other files are not included", number));
        if (line[0] == '[') {
            if (line.back() != ']')
                throw error(fmt::format("line {}: a section is not closed by ]", number));
            section = trimmed(line.substr(1, line.size() - 2));
            continue;
        }
        const auto equals = line.find('=');
        const auto value = equals == std::string_view::npos ? "" : trimmed(line.substr(equals + 1));
        entries.push_back({.section = section,
                           .key = std::string(trimmed(line.substr(0, equals))),
                           .value = value_of(value, variables, number),
                           .line = number});
    }
    return entries;
}

}  // namespace segue::cli
