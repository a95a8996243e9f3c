#include "src/wire/renewed_login.hpp"

#include "src/base/log.hpp"
#include "src/base/server_errors.hpp"

#include <mutex>
#include <utility>

#include <fmt/format.h>

namespace segue::wire {
namespace {

struct renewal {
    std::string given_user;
    std::string given_password;
    std::string user;
    std::string password;
    bool told_denied = false;
};

std::mutex renewal_mutex;
std::optional<renewal> current;  // guarded by renewal_mutex

}  // namespace

void renew_login(const connection_options& given, const std::string& user,
                 const std::string& password) {
    const std::lock_guard lock(renewal_mutex);
    current = renewal{.given_user = given.user,
                      .given_password = given.password,
                      .user = user,
                      .password = password,
                      .told_denied = false};
}

void tell_renewed_login_denied(const connection_options& denied, const error& failure) {
    {
        const std::lock_guard lock(renewal_mutex);
        // Not one that has taken its place meanwhile.
        if (!current || denied.user != current->user || denied.password != current->password)
            return;
        if (std::exchange(current->told_denied, true)) return;
    }
    log::write(log::level::warning,
               fmt::format("the server denies the login that was read again (MySQL error {}); "
                           "going on with the one of the start",
                           failure.mysql_errno()));
}

bool is_denied(const error& failure) noexcept {
    return failure.mysql_errno() == er::access_denied_error;
}

bool same_login(const std::optional<connection_options>& one,
                const std::optional<connection_options>& other) noexcept {
    if (!one || !other) return !one && !other;
    return one->user == other->user && one->password == other->password;
}

std::optional<connection_options> with_renewed_login(const connection_options& options) {
    const std::lock_guard lock(renewal_mutex);
    if (!current || options.user != current->given_user ||
        options.password != current->given_password)
        return std::nullopt;
    auto renewed = options;
    renewed.user = current->user;
    renewed.password = current->password;
    return renewed;
}

}  // namespace segue::wire
