#include "cli/login/tls_flags.hpp"

#include "src/base/error.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace segue::cli {
namespace {

using wire::tls_mode;

struct mode_word {
    std::string_view word;
    tls_mode mode;
};
constexpr std::array mode_words{
    mode_word{"DISABLED", tls_mode::disabled}, mode_word{"PREFERRED", tls_mode::preferred},
    mode_word{"REQUIRED", tls_mode::required}, mode_word{"VERIFY_CA", tls_mode::verify_ca},
    mode_word{"VERIFY_IDENTITY", tls_mode::verify_identity}};

std::string_view word_of(tls_mode mode) {
    return std::ranges::find(mode_words, mode, &mode_word::mode)->word;
}

std::optional<tls_mode> mode_of(std::string_view name, const std::string& given) {
    if (given.empty()) return std::nullopt;
    std::string word = given;
    std::ranges::transform(word, word.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    const auto found = std::ranges::find(mode_words, word, &mode_word::word);
    if (found != mode_words.end()) return found->mode;
    throw error(fmt::format(
        "{}: one of DISABLED, PREFERRED, REQUIRED, VERIFY_CA and VERIFY_IDENTITY is expected",
        name));
}

std::optional<tls_mode> mode_of_flags(const tls_flags& given) {
    const auto named = mode_of("--ssl-mode", given.mode);
    if (given.allow_insecure && !given.ssl) throw error("--ssl-allow-insecure needs --ssl");
    if (!given.ssl) return named;
    const auto meant = given.allow_insecure ? tls_mode::required : tls_mode::verify_identity;
    if (named && *named != meant)
        throw error(fmt::format(
            "--ssl-mode={} contradicts {}, which is {}: leave one of them out", word_of(*named),
            given.allow_insecure ? "--ssl --ssl-allow-insecure" : "--ssl", word_of(meant)));
    return meant;
}

tls_mode mode_of_own(const tls_words& own) {
    if (const auto named = mode_of("~/.my.cnf: ssl-mode", own.mode)) return *named;
    if (!own.ca.empty()) return tls_mode::verify_ca;
    return own.cert.empty() ? tls_mode::disabled : tls_mode::required;
}

void check_files(const tls_flags& given, tls_mode mode) {
    for (const auto& [name, file] :
         {std::pair<std::string_view, const std::string&>{"ssl-ca", given.ca},
          {"ssl-cert", given.cert},
          {"ssl-key", given.key}})
        if (!file.empty() && mode == tls_mode::disabled)
            throw error(fmt::format("--{} needs --ssl, or an --ssl-mode that encrypts", name));
    if (given.cert.empty() != given.key.empty())
        throw error("--ssl-cert and --ssl-key go together");
}

}  // namespace

wire::tls_options read_tls(const tls_flags& given, const tls_words& own,
                           std::vector<std::string>& notices) {
    const auto asked = mode_of_flags(given);
    const auto mode = asked ? *asked : mode_of_own(own);
    check_files(given, mode);
    if (mode == tls_mode::disabled) return {};
    const bool own_certificate = given.cert.empty();
    wire::tls_options made{.mode = mode,
                           .ca_file = given.ca.empty() ? own.ca : given.ca,
                           .cert_file = own_certificate ? own.cert : given.cert,
                           .key_file = own_certificate ? own.key : given.key};
    const bool checks = mode == tls_mode::verify_ca || mode == tls_mode::verify_identity;
    if (!given.ca.empty() && !checks)
        notices.push_back(fmt::format(
            "--ssl-ca has no effect beside {}",
            given.ssl ? "--ssl-allow-insecure" : fmt::format("--ssl-mode={}", word_of(mode))));
    if (!checks) made.ca_file.clear();
    return made;
}

}  // namespace segue::cli
