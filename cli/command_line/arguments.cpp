#include "cli/command_line/arguments.hpp"

#include "cli/command_line/unknown_flag.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <map>
#include <optional>

#include <fmt/format.h>

namespace segue::cli {
namespace {

std::string_view without_minuses(std::string_view word) {
    if (!word.starts_with('-')) return {};
    return word.substr(word.starts_with("--") ? 2 : 1);
}

bool is_password(std::string_view name) {
    return name == "password" || name == "master-password";
}

void wipe(char* text) {
    std::memset(text, 0, std::strlen(text));
}

std::optional<bool> boolean_of(std::string_view text) {
    constexpr std::array<std::string_view, 6> yes{"1", "t", "T", "true", "TRUE", "True"};
    constexpr std::array<std::string_view, 6> no{"0", "f", "F", "false", "FALSE", "False"};
    if (std::ranges::find(yes, text) != yes.end()) return true;
    if (std::ranges::find(no, text) != no.end()) return false;
    return std::nullopt;
}

/// Digits with single underscores between them, or between the base's prefix and them.
std::optional<std::string> without_underscores(std::string_view digits, bool prefixed) {
    std::string plain;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (digits[i] != '_') {
            plain += digits[i];
            continue;
        }
        const bool allowed_before = i == 0 ? prefixed : digits[i - 1] != '_';
        if (!allowed_before || i + 1 == digits.size()) return std::nullopt;
    }
    return plain;
}

/// An integer as Go's strconv.ParseInt reads it with base 0, in decimal digits.
std::optional<std::string> decimal_of(std::string_view text) {
    const bool negative = text.starts_with('-');
    if (negative || text.starts_with('+')) text.remove_prefix(1);
    int base = 10;
    if (text.size() > 1 && text[0] == '0') {
        switch (text[1]) {
            case 'x':
            case 'X':
                base = 16;
                break;
            case 'b':
            case 'B':
                base = 2;
                break;
            default:
                base = 8;
        }
        text.remove_prefix(base == 8 && text[1] != 'o' && text[1] != 'O' ? 1 : 2);
    }
    const auto digits = without_underscores(text, base != 10);
    if (!digits || digits->empty()) return std::nullopt;
    std::uint64_t magnitude = 0;
    const auto* end = digits->data() + digits->size();
    const auto parsed = std::from_chars(digits->data(), end, magnitude, base);
    constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
    if (parsed.ec != std::errc{} || parsed.ptr != end || magnitude > most + (negative ? 1 : 0))
        return std::nullopt;
    return (negative && magnitude != 0 ? "-" : "") + std::to_string(magnitude);
}

std::optional<std::string> real_of(std::string_view text) {
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    double number = 0;
    const auto* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, number);
    if (parsed.ec != std::errc{} || parsed.ptr != end || !std::isfinite(number))
        return std::nullopt;
    return std::string(text);
}

/// A value that was meant for a number, where it can be nothing else.
std::string shown_value(std::string_view value) {
    constexpr std::size_t length_max = 12;
    const auto numeric = [](char c) {
        return (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '+' || c == '_';
    };
    // "10s", "5 "
    const auto rest = std::ranges::find_if_not(value, numeric);
    const bool shown =
        value.size() <= length_max && rest != value.begin() && value.end() - rest <= 2;
    return shown || value.empty() ? fmt::format(" \"{}\"", value) : "";
}

std::optional<std::string> switch_of(const std::string& text) {
    if (text == "on") return "true";
    if (text == "off") return "false";
    const auto on = boolean_of(text);
    if (!on) return std::nullopt;
    return *on ? "true" : "false";
}

std::string_view expected(flag_kind kind) {
    if (kind == flag_kind::integer) return "an integer";
    return kind == flag_kind::real ? "a number" : "an integer, true or false";
}

class normaliser {
  public:
    normaliser(const std::vector<std::string>& arguments, const std::vector<flag_syntax>& flags)
        : arguments_(arguments), flags_(flags) {}

    normalised_arguments run() {
        while (at_ < arguments_.size() && take_one()) continue;
        for (auto& [name, words] : found_)
            for (auto& word : words) result_.arguments.push_back(std::move(word));
        return std::move(result_);
    }

  private:
    bool mistake(std::string text) {
        result_.mistake = std::move(text);
        return false;
    }

    bool take_one() {
        const std::string& word = arguments_[at_++];
        if (word == "--") return at_ == arguments_.size() || stray(arguments_[at_++]);
        if (word.size() < 2 || word[0] != '-') return stray(word);
        const auto name_and_value = without_minuses(word);
        const auto equals = name_and_value.find('=');
        const auto name = name_and_value.substr(0, equals);
        if (name.empty() || name[0] == '-')
            return mistake(fmt::format("argument {}: bad flag syntax", at_));
        if (word == "-h") {
            result_.short_help = true;
            return false;
        }
        const auto flag = std::ranges::find(flags_, name, &flag_syntax::name);
        if (flag == flags_.end()) return mistake(unknown_flag_text(word, at_, flags_));
        std::optional<std::string> value;
        if (equals != std::string_view::npos) value = name_and_value.substr(equals + 1);
        return flag->kind == flag_kind::boolean ? take_boolean(*flag, value)
                                                : take_value(*flag, value);
    }

    /// The word that was taken last. It is not shown: it may be a password, behind --ask-pass say.
    bool stray(const std::string& word) {
        if (!last_boolean_.empty() && boolean_of(word))
            return mistake(fmt::format("stray word \"{}\": a value of --{} is written --{}={}",
                                       word, last_boolean_, last_boolean_, word));
        if (!flag_without_value_.empty())
            return mistake(
                fmt::format("the value of --{} seems to be missing: {} stands in its place",
                            flag_without_value_, safe_name(arguments_[at_ - 2])));
        return mistake(fmt::format("argument {} is a stray word{}: only flags are expected", at_,
                                   at_ > 1 ? " behind " + safe_name(arguments_[at_ - 2]) : ""));
    }

    static std::string_view name_in(std::string_view word) {
        const auto name_and_value = without_minuses(word);
        return name_and_value.substr(0, name_and_value.find('='));
    }
    bool is_flag(std::string_view word) const {
        return std::ranges::find(flags_, name_in(word), &flag_syntax::name) != flags_.end();
    }
    std::string safe_name(std::string_view word) const {
        return is_flag(word) ? fmt::format("--{}", name_in(word)) : "another word";
    }

    bool take_boolean(const flag_syntax& flag, const std::optional<std::string>& value) {
        const auto on = boolean_of(value.value_or("true"));
        if (!on)
            return mistake(
                fmt::format("invalid value for --{}: true or false is expected", flag.name));
        found_[flag.name] = {fmt::format("--{}={}", flag.name, *on)};
        last_boolean_ = value ? "" : std::string(flag.name);
        flag_without_value_.clear();
        return true;
    }

    bool take_value(const flag_syntax& flag, std::optional<std::string> value) {
        last_boolean_.clear();
        flag_without_value_.clear();
        if (!value) {
            if (at_ == arguments_.size())
                return mistake(fmt::format("--{} needs a value", flag.name));
            value = arguments_[at_++];
            if (is_flag(*value)) flag_without_value_ = flag.name;
        }
        auto plain = value;
        if (flag.kind == flag_kind::integer || flag.kind == flag_kind::integer_or_boolean)
            plain = decimal_of(*value);
        if (flag.kind == flag_kind::integer_or_boolean && !plain) plain = switch_of(*value);
        if (flag.kind == flag_kind::real) plain = real_of(*value);
        if (!plain)
            return mistake(fmt::format("invalid value{} for --{}: {} is expected",
                                       shown_value(*value), flag.name, expected(flag.kind)));
        if (const auto before = found_.find(flag.name);
            !flag.separator.empty() && before != found_.end())
            *plain = fmt::format("{}{}{}", before->second.back(), flag.separator, *plain);
        found_[flag.name] = {fmt::format("--{}", flag.name), *std::move(plain)};
        return true;
    }

    const std::vector<std::string>& arguments_;
    const std::vector<flag_syntax>& flags_;
    std::size_t at_ = 0;
    std::string last_boolean_;        // the flag just before, if it was a boolean without value
    std::string flag_without_value_;  // the flag just before, if what it took is a flag's name
    std::map<std::string_view, std::vector<std::string>> found_;
    normalised_arguments result_;
};

}  // namespace

std::vector<std::string> take_arguments(int argc, char* argv[]) {
    std::vector<std::string> arguments;
    for (int i = 1; i < argc; ++i) arguments.emplace_back(argv[i]);
    for (int i = 1; i < argc; ++i) {
        const auto name_and_value = without_minuses(argv[i]);
        const auto equals = name_and_value.find('=');
        if (!is_password(name_and_value.substr(0, equals))) continue;
        if (equals != std::string_view::npos)
            wipe(std::strchr(argv[i], '=') + 1);
        else if (i + 1 < argc)
            wipe(argv[++i]);
    }
    return arguments;
}

normalised_arguments normalise(const std::vector<std::string>& arguments,
                               const std::vector<flag_syntax>& flags) {
    return normaliser(arguments, flags).run();
}

}  // namespace segue::cli
