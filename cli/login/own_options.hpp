#pragma once

#include "cli/login/login.hpp"
#include "cli/login/surroundings.hpp"
#include "cli/login/tls_flags.hpp"

#include <string>
#include <vector>

namespace segue::cli {

/// What ~/.my.cnf says in [client] of who logs in, and of TLS; nothing else of it is used, a host
/// least of all. Never log the password.
struct own_options {
    login account;
    tls_words tls;
};

/// Reads it as MySQL's own programs do (value_rules::mysql). Empty where there is none; and with a
/// notice, put behind `notices`, where it cannot be read or anybody may write to it. Throws nothing
/// for what is in it.
/// https://dev.mysql.com/doc/refman/8.4/en/option-files.html
own_options read_own_options(const surroundings& outside, std::vector<std::string>& notices);

}  // namespace segue::cli
