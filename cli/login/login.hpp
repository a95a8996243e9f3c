#pragma once

#include "cli/login/surroundings.hpp"

#include <string>
#include <vector>

namespace segue::cli {

/// What the flags say about who logs in. Never log the password.
struct login_flags {
    std::string user;      ///< --user; empty: the option file's.
    std::string password;  ///< --password, or what --ask-pass was answered; empty: the next source.
    std::string conf;      ///< --conf; empty: no option file.
};

/// The user and password that a connection logs in with. Never log the password.
struct login {
    std::string user;
    std::string password;
};

/// User and password: those of the flags, else the option file's [client] section, else those of
/// `own`, else MYSQL_PWD. The password of `own` is for its user, and for nobody else's account.
/// May be called again when the file has changed. What in the option file is not used is put behind
/// `notices`, also where it throws. Throws error where the file cannot be read, or
/// nothing names a user: the client library would take that of the operating system. Neither
/// errors nor notices show what may be a secret.
login read_login(const login_flags& flags, const login& own, const surroundings& outside,
                 std::vector<std::string>& notices);

}  // namespace segue::cli
