#pragma once

#include "src/wire/connection_options.hpp"

#include <string>
#include <vector>

namespace segue::cli {

/// What is said about TLS, as it was given. Empty: not said.
struct tls_words {
    std::string mode;  ///< --ssl-mode, in MySQL's words; case does not matter.
    std::string ca;
    std::string cert;
    std::string key;
};

/// The flags.
struct tls_flags : tls_words {
    bool ssl = false;             ///< gh-ost's --ssl: VERIFY_IDENTITY.
    bool allow_insecure = false;  ///< gh-ost's --ssl-allow-insecure: with --ssl, REQUIRED.
};

/// What the flags ask for, and what ~/.my.cnf (`own`) says where they say nothing: of the mode, and
/// of each file. Where neither names a mode: VERIFY_CA if `own` has a CA, REQUIRED if it has a
/// certificate, else no TLS. What has no effect is put behind `notices`. Throws error where flags
/// contradict one another, and for a word that is no mode. Looks at no file.
/// https://dev.mysql.com/doc/refman/8.4/en/connection-options.html#option_general_ssl-mode
wire::tls_options read_tls(const tls_flags& given, const tls_words& own,
                           std::vector<std::string>& notices);

}  // namespace segue::cli
