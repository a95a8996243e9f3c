#include "cli/login/option_file.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace segue::cli {
namespace {

// The first as in MySQL.
constexpr std::size_t levels_max = 10;
constexpr std::size_t files_max = 1000;

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

/// Where a # that stands in no quotes begins a comment. Within quotes a backslash protects one.
std::string_view without_comment(std::string_view line) {
    char quote = '\0';
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quote != '\0' && c == '\\')
            ++i;
        else if (c == quote)
            quote = '\0';
        else if (quote == '\0' && (c == '"' || c == '\''))
            quote = c;
        else if (quote == '\0' && c == '#')
            return line.substr(0, i);
    }
    return line;
}

/// With what its backslashes stand for; one before another character stands for itself.
std::string unescaped(std::string_view value) {
    constexpr std::string_view letters = R"(btnrs\"')";
    constexpr std::string_view meant = "\b\t\n\r \\\"'";
    std::string made;
    for (std::size_t i = 0; i < value.size(); ++i) {
        const auto letter = value[i] == '\\' && i + 1 < value.size() ? letters.find(value[i + 1])
                                                                     : std::string_view::npos;
        if (letter == std::string_view::npos) {
            made += value[i];
            // "\\q" is both characters, the second of which begins nothing.
            if (value[i] == '\\' && i + 1 < value.size()) made += value[++i];
            continue;
        }
        made += meant[letter];
        ++i;
    }
    return made;
}

bool is_variable_name(std::string_view text) {
    const auto letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    return !text.empty() && letter(text.front()) &&
           std::ranges::all_of(text, [&](char c) { return letter(c) || digit(c); });
}

class reader {
  public:
    reader(const surroundings& outside, std::vector<std::string>& notices, value_rules rules)
        : outside_(outside), notices_(notices), rules_(rules) {}

    std::vector<option_file_entry> run(const std::string& path) {
        take_file(path, outside_.read_file(path));
        return std::move(entries_);
    }

  private:
    /// Where a line stands, and the section that it is in.
    struct position {
        const std::string& file;
        std::size_t line = 0;
        std::string section = {};
        std::string text() const { return fmt::format("{}, line {}", file, line); }
    };

    void take_file(const std::string& path, std::string_view text) {
        constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
        if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
        if (++files_ > files_max)
            throw error(fmt::format("more than {} files are included", files_max));
        open_.push_back(path);
        for (position at{.file = path}; !text.empty();) {
            ++at.line;
            const auto end = text.find('\n');
            take_line(at, trimmed(text.substr(0, end)));
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        }
        open_.pop_back();
    }

    void take_line(position& at, std::string_view line) {
        if (line.empty() || line[0] == '#' || line[0] == ';') return;
        if (line[0] == '!') return follow(at, trimmed(line.substr(1)));
        if (line[0] == '[') {
            if (line.back() != ']')
                throw error(fmt::format("{}: a section is not closed by ]", at.text()));
            at.section = trimmed(line.substr(1, line.size() - 2));
            return;
        }
        if (rules_ == value_rules::mysql) line = trimmed(without_comment(line));
        const auto equals = line.find('=');
        const bool has_value = equals != std::string_view::npos;
        entries_.push_back(
            {.section = at.section,
             .key = std::string(trimmed(line.substr(0, equals))),
             .value = has_value ? value_of(trimmed(line.substr(equals + 1)), at) : std::string(),
             .has_value = has_value,
             .place = at.text()});
    }

    std::string value_of(std::string_view text, const position& at) const {
        const auto value = without_quotes(text);
        if (rules_ == value_rules::mysql) return unescaped(value);
        if (!value.starts_with("${") || !value.ends_with('}')) return std::string(value);
        const std::string name(value.substr(2, value.size() - 3));
        if (!is_variable_name(name)) return std::string(value);
        auto found = outside_.variables(name);
        if (!found)
            throw error(fmt::format("{}: the environment variable {} is not set", at.text(), name));
        return *std::move(found);
    }

    void follow(const position& at, std::string_view directive) {
        const auto blank = directive.find_first_of(" \t");
        const auto word = directive.substr(0, blank);
        const std::string path(blank == std::string_view::npos
                                   ? ""
                                   : without_quotes(trimmed(directive.substr(blank))));
        if ((word != "include" && word != "includedir") || path.empty())
            throw error(fmt::format(
                "{}: behind ! only include and a file, or includedir and a folder, are known",
                at.text()));
        if (word == "include") return include(at, path);
        std::vector<std::string> names;
        try {
            names = outside_.list_folder(path);
        } catch (const error& failure) {
            return pass_over(at, path, failure.what());
        }
        std::ranges::sort(names);
        for (const auto& name : names)
            if (name.ends_with(".cnf")) include(at, path + (path.ends_with('/') ? "" : "/") + name);
    }

    void include(const position& at, const std::string& path) {
        if (std::ranges::find(open_, path) != open_.end())
            return pass_over(at, path, "it includes itself");
        if (open_.size() > levels_max)
            return pass_over(
                at, path,
                fmt::format("files include one another more than {} levels deep", levels_max));
        std::string text;
        try {
            text = outside_.read_file(path);
        } catch (const error& failure) {
            return pass_over(at, path, failure.what());
        }
        take_file(path, text);
    }

    void pass_over(const position& at, const std::string& path, std::string_view why) {
        notices_.push_back(fmt::format("{}: {} is not included: {}", at.text(), path, why));
    }

    const surroundings& outside_;
    std::vector<std::string>& notices_;
    const value_rules rules_;
    std::vector<option_file_entry> entries_;
    std::vector<std::string> open_;  // the files that are being read, the outermost first
    std::size_t files_ = 0;
};

}  // namespace

std::vector<option_file_entry> read_option_file(const std::string& path,
                                                const surroundings& outside,
                                                std::vector<std::string>& notices,
                                                value_rules rules) {
    return reader(outside, notices, rules).run(path);
}

}  // namespace segue::cli
