#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>

namespace segue::holders {

/// From the text of SHOW ENGINE INNODB STATUS: the connections whose transaction has written or
/// locked something, each with whether it has a read view (what it reads without locks is a
/// snapshot). Transactions that only read are not in that text. nullopt when the text is not whole:
/// the server cuts it at one megabyte.
/// https://dev.mysql.com/doc/refman/8.4/en/innodb-standard-monitor.html
std::optional<std::map<std::uint64_t, bool>> read_views(std::string_view status);

}  // namespace segue::holders
