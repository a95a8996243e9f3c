#include "src/wire/login_failure.hpp"

#include "src/base/server_errors.hpp"

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace segue::wire {
namespace {

std::mutex taken_mutex;
std::set<std::string> logins_taken;                     // guarded by taken_mutex; never a password
std::map<std::string, std::string> flags_of_addresses;  // guarded by taken_mutex

std::string name_of(const connection_options& login) {
    return fmt::format("{} as '{}'", login.server.text(), login.user);
}

bool was_taken(const connection_options& login) {
    const std::lock_guard lock(taken_mutex);
    return logins_taken.contains(name_of(login));
}

// Servers do not say that an account lacks what it must have beside its password.
std::string_view next_step_if_denied(const connection_options& asked) {
    if (was_taken(asked))
        return ". It was taken earlier in this run, so the password or the account was changed on "
               "the server since: start again with the new one. To change it under a run, write it "
               "to the --conf file and send SIGHUP while the server takes both";
    if (asked.password.empty())
        return asked.tls.mode == tls_mode::disabled
                   ? ". No password was given: MYSQL_PWD, --ask-pass or --conf gives one. Or the "
                     "account must use TLS (REQUIRE SSL): then add --ssl"
                   : ". No password was given: MYSQL_PWD, --ask-pass or --conf gives one. Or the "
                     "account must show a certificate: look at --ssl-cert and --ssl-key";
    if (asked.tls.mode == tls_mode::disabled)
        return ". Either user or password is wrong, or the account must use TLS (REQUIRE SSL): "
               "then add --ssl";
    if (asked.tls.cert_file.empty())
        return ". Either user or password is wrong, or the account must show a certificate "
               "(REQUIRE X509): then add --ssl-cert and --ssl-key";
    return ". Either user or password is wrong, or the certificate is not the one that the account "
           "must show: look at --user, --conf and --ssl-cert";
}

// With which the address was given.
std::string flag_of(const endpoint& server) {
    const std::lock_guard lock(taken_mutex);
    const auto found = flags_of_addresses.find(server.text());
    return found == flags_of_addresses.end() ? "" : found->second;
}

std::string next_step(const error& failure, const connection_options& asked) {
    const std::string flag = flag_of(asked.server);
    switch (failure.mysql_errno()) {
        case er::server_offline_mode:
            return ". Somebody has put the server out of service: SET GLOBAL offline_mode=OFF, by "
                   "an account that it does not stop, ends that";
        case er::access_denied_error:
            return std::string(next_step_if_denied(asked));
        case cr::auth_plugin_cannot_load:
        case cr::plugin_not_allowed:
            return ". Either there is no such user: servers ask some unknown ones for such a "
                   "plugin, too, so that nobody learns which there are. Look at --user. Or it is "
                   "what the account was made with (mysql.user has it): use one of "
                   "caching_sha2_password";
        case er::secure_transport_required:
            return ". The server takes encrypted connections only: add --ssl";
        case er::host_not_privileged:
            return ". No account there may log in from this machine: CREATE USER names the hosts";
        case cr::unknown_host:
            return ". No name server knows the host: look at " + (flag.empty() ? "--host" : flag);
        case cr::connection_error:
        case cr::conn_host_error:
            return asked.server.socket.empty()
                       ? ". Is the server running there, and to be reached from here? Look at " +
                             (flag.empty() ? "--host and --port" : flag)
                       : ". Is the server running here? SELECT @@socket says what --socket must "
                         "be";
        default:
            return "";
    }
}

// What libmariadb says of a plugin that it may not use begins with bytes of the login.
std::string words_of(const error& failure) {
    if (failure.mysql_errno() != cr::plugin_not_allowed) return failure.what();
    return fmt::format(
        "Access denied: the server wants a way to log in that is not spoken here (MySQL error {})",
        failure.mysql_errno());
}

std::string head_for(const connection_options& asked) {
    return fmt::format("logging in to {}: ", name_of(asked));
}

}  // namespace

error login_failure(const error& failure, const connection_options& asked) {
    return error(
        fmt::format("{}{}{}", head_for(asked), words_of(failure), next_step(failure, asked)),
        failure.properties());
}

error bare_failure(const error& failure, const connection_options& asked) {
    std::string_view words = failure.what();
    const std::string head = head_for(asked);
    if (!words.starts_with(head)) return failure;
    words.remove_prefix(head.size());
    if (const auto step = next_step(failure, asked); words.ends_with(step))
        words.remove_suffix(step.size());
    return error(std::string(words), failure.properties());
}

void given_by(const endpoint& server, std::string flag) {
    const std::lock_guard lock(taken_mutex);
    flags_of_addresses.insert_or_assign(server.text(), std::move(flag));
}

error first_statement_failure(const error& failure, const connection_options& asked) {
    if (failure.mysql_errno() == 0 ||
        std::string_view(failure.what()).find(name_of(asked)) != std::string_view::npos)
        return failure;
    return error(fmt::format("{} (asked of {}){}", failure.what(), name_of(asked),
                             failure.mysql_errno() == er::no_such_table
                                 ? ". Is that a whole MySQL server of 8.0.19 or above, and no "
                                   "proxy? Look at --host and --port"
                                 : ""),
                 failure.properties());
}

void login_succeeded(const connection_options& with) {
    const std::lock_guard lock(taken_mutex);
    logins_taken.insert(name_of(with));
}

}  // namespace segue::wire
