#include "cli/login/login.hpp"

#include "cli/login/option_file.hpp"
#include "src/base/error.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace segue::cli {
namespace {

/// What may be shown of a line: no password is written so.
constexpr std::array<std::string_view, 30> shown_keys{"auto-rehash",
                                                      "character-sets-dir",
                                                      "chunk_size",
                                                      "compress",
                                                      "connect-timeout",
                                                      "connect_timeout",
                                                      "database",
                                                      "default-character-set",
                                                      "host",
                                                      "init-command",
                                                      "max-allowed-packet",
                                                      "max_allowed_packet",
                                                      "max_lag_millis",
                                                      "max_load",
                                                      "no-auto-rehash",
                                                      "no-beep",
                                                      "pager",
                                                      "port",
                                                      "prompt",
                                                      "protocol",
                                                      "quick",
                                                      "reconnect",
                                                      "replication_lag_query",
                                                      "skip-ssl",
                                                      "socket",
                                                      "ssl",
                                                      "ssl-ca",
                                                      "ssl-cert",
                                                      "ssl-key",
                                                      "ssl-mode"};

/// Groups of other programs are not ours to talk about.
bool is_looked_at(std::string_view section) {
    return section == "client" || section == "osc" || section.empty();
}

/// The mysql client takes it, so whoever wrote it may expect that Segue does.
bool is_login_of_a_client(const option_file_entry& entry) {
    return (entry.section == "mysql" || entry.section == "mysqldump") &&
           (entry.key == "user" || entry.key == "password");
}

/// `password: secret` and `password secret`, which MySQL refuses as well.
bool lacks_equals_sign(const option_file_entry& entry) {
    if (entry.section != "client" || entry.has_value) return false;
    return std::ranges::any_of(std::array<std::string_view, 2>{"user", "password"}, [&](auto name) {
        return entry.key.starts_with(name) && entry.key.size() > name.size() &&
               std::string_view(": \t").find(entry.key[name.size()]) != std::string_view::npos;
    });
}

std::string not_used(const option_file_entry& entry) {
    if (is_login_of_a_client(entry))
        return fmt::format("{}: [{}] {} is not used; only user and password in [client] are",
                           entry.place, entry.section, entry.key);
    if (std::ranges::find(shown_keys, entry.key) == shown_keys.end())
        return entry.place + ": it is not used; only user and password in [client] are";
    return fmt::format("{}: {}{} is not used{}", entry.place,
                       entry.section.empty() ? "" : fmt::format("[{}] ", entry.section), entry.key,
                       entry.section == "osc" ? ", as in gh-ost" : "");
}

void take_from_file(login& made, std::vector<option_file_entry> entries,
                    std::vector<std::string>& notices) {
    std::string user;
    std::string password;
    for (auto& entry : entries) {
        if (lacks_equals_sign(entry))
            throw error(
                fmt::format("{}: the value of user or password is written behind =", entry.place));
        if (entry.section == "client" && entry.key == "user" && entry.has_value)
            user = std::move(entry.value);
        else if (entry.section == "client" && entry.key == "password" && entry.has_value)
            password = std::move(entry.value);
        else if (is_looked_at(entry.section) || is_login_of_a_client(entry))
            notices.push_back(not_used(entry));
    }
    if (made.user.empty()) made.user = std::move(user);
    if (made.password.empty()) made.password = std::move(password);
}

}  // namespace

login read_login(const login_flags& flags, const login& own, const surroundings& outside,
                 std::vector<std::string>& notices) {
    login made{.user = flags.user, .password = flags.password};
    if (!flags.conf.empty()) {
        try {
            take_from_file(made, read_option_file(flags.conf, outside, notices), notices);
        } catch (const error& problem) {
            throw problem.in("--conf=" + flags.conf);
        }
    }
    if (made.user.empty()) made.user = own.user;
    if (made.password.empty() && (own.user.empty() || own.user == made.user))
        made.password = own.password;
    if (made.user.empty())
        throw error(flags.conf.empty()
                        ? "--user is missing: name the MySQL account to log in with, there or in "
                          "a --conf file"
                        : fmt::format("--user is missing, and {} names no user in its [client] "
                                      "section",
                                      flags.conf));
    if (made.password.empty()) made.password = outside.variables("MYSQL_PWD").value_or("");
    return made;
}

}  // namespace segue::cli
