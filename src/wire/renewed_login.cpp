#include "src/wire/renewed_login.hpp"

#include <mutex>

namespace segue::wire {
namespace {

struct renewal {
    std::string given_user;
    std::string given_password;
    std::string user;
    std::string password;
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
                      .password = password};
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
