#include "src/db/read_only_server.hpp"

#include "src/base/server_errors.hpp"
#include "src/wire/server_failure.hpp"

#include <string_view>

namespace segue::db {

error read_only_failure() {
    constexpr std::string_view words =
        "the server has read_only=ON, and Segue does not write there, whatever its account may do "
        "(as MySQL error 1290)";
    return error(std::string(words),
                 wire::properties_of(er::option_prevents_statement, "HY000", words));
}

}  // namespace segue::db
