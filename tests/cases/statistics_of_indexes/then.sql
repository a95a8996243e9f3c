SELECT n_rows BETWEEN 500 AND 700 FROM mysql.innodb_table_stats WHERE database_name = DATABASE() AND table_name = 't';
