#include "src/expand/instant_column.hpp"

#include "src/base/server_errors.hpp"

#include <fmt/format.h>

namespace segue::expand {

std::optional<refusal> why_not_instant(const error& failure, const std::string& column) {
    if (failure.mysql_errno() != er::alter_operation_not_supported &&
        failure.mysql_errno() != er::alter_operation_not_supported_reason &&
        failure.mysql_errno() != er::innodb_max_row_version)
        return std::nullopt;
    return refusal{
        fmt::format("the server does not add the column instantly: {}", failure.what()),
        fmt::format(
            "Add it by a migration, and give the same command again, which takes it as it "
            "is: segue --alter \"ADD COLUMN {}\" with the same --host, --database and --table. "
            "(A table takes 64 such changes between two rebuilds, error 4092, which a migration "
            "is; and none at all with ROW_FORMAT=COMPRESSED or a FULLTEXT index.)",
            column)};
}

}  // namespace segue::expand
