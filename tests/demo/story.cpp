#include "tests/demo/story.hpp"

namespace segue::demo {

table_name orders_table() {
    return {"shop", "orders"};
}

test::table_spec orders() {
    test::table_spec spec;
    spec.key = test::key_kind::auto_increment;
    spec.more =
        "region VARCHAR(20) NOT NULL"
        " DEFAULT (ELT(1 + MOD(ABS(quantity), 4), 'north', 'east', 'south', 'west')),"
        " priority TINYINT NOT NULL DEFAULT (MOD(ABS(quantity), 100)),"
        " legacy_code CHAR(8) NULL DEFAULT (CONCAT('L', LPAD(MOD(ABS(quantity), 9999), 7, '0'))),"
        " KEY by_region (region)";
    return spec;
}

std::string first_alter() {
    return "ADD COLUMN status ENUM('new','paid','sent') NOT NULL DEFAULT 'new' AFTER code, "
           "DROP COLUMN legacy_code, "
           "RENAME COLUMN region TO area, "
           "MODIFY COLUMN quantity BIGINT NOT NULL, "
           "MODIFY COLUMN amount DECIMAL(18,4) NULL, "
           "ADD KEY by_made (made)";
}

std::string second_alter() {
    return "DROP COLUMN status, "
           "CHANGE COLUMN area region VARCHAR(40) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT "
           "NULL, "
           "RENAME COLUMN priority TO importance, "
           "ADD COLUMN priority INT NOT NULL DEFAULT 3 FIRST, "
           "MODIFY COLUMN made DATETIME(6) NOT NULL, "
           "MODIFY COLUMN title VARCHAR(200) NOT NULL, "
           "MODIFY COLUMN note LONGTEXT NULL, "
           "DROP KEY by_made";
}

}  // namespace segue::demo
