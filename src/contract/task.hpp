#pragma once

#include "src/base/table_name.hpp"
#include "src/base/table_naming.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace segue::contract {

/// Which of the two names goes.
enum class way {
    drop,    ///< The old one: the new column takes its place.
    abandon  ///< The new one: the old column was right all the time.
};
std::string_view name_of(way goes) noexcept;

/// What becomes of indexes over the column that goes.
enum class index_use {
    refused,  ///< There must be none.
    moved,    ///< They are made over the column that stays, under their names.
    dropped   ///< As ALTER TABLE does: an index over it alone goes, others lose a part.
};

/// Which column of which table goes.
struct task {
    table_name table;
    table_naming naming = {};  ///< --force-table-names
    way goes = way::drop;
    std::string column;                        ///< That goes: --drop or --abandon.
    index_use indexes = index_use::refused;    ///< --indexes
    std::chrono::seconds unused_for{604'800};  ///< --unused-for; zero: statements are not asked.
    bool despite_use = false;                  ///< --despite-use: who uses it is told, no more.
};

}  // namespace segue::contract
