#pragma once

#include "src/base/table_name.hpp"
#include "src/views/column_map.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace segue::views {

/// With whose rights a view is used.
/// https://dev.mysql.com/doc/refman/8.4/en/stored-objects-security.html
enum class security { invoker, definer };

constexpr std::string_view name_of(security of) noexcept {
    return of == security::definer ? "DEFINER" : "INVOKER";
}

/// Which views over which tables. Either `as` or `view` is given.
struct task {
    std::string database;    ///< Of the tables.
    std::string as = {};     ///< --as: the schema of the views, one over each table.
    std::string view = {};   ///< --view: one view, beside its table.
    std::string table = {};  ///< --table: of that view.
    std::vector<column_map> maps = {};
    security with = security::invoker;

    const std::string& schema_of_views() const { return as.empty() ? database : as; }
};

}  // namespace segue::views
