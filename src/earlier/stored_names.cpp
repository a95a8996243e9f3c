#include "src/earlier/stored_names.hpp"

#include "src/sql/identifier_case.hpp"

namespace segue::earlier {

migration_tables tables_as_stored(const table_name& original, table_naming naming,
                                  bool names_fold_case) {
    if (names_fold_case) naming.base = sql::fold_case(naming.base);
    return tables_beside(original, naming);
}

migration_tables tables_as_stored(db::session& session, const table_name& original,
                                  const table_naming& naming) {
    const bool folds = session.query_value("SELECT @@GLOBAL.lower_case_table_names") != "0";
    return tables_as_stored(original, naming, folds);
}

}  // namespace segue::earlier
