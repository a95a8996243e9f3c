CREATE TABLE `tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttß` (id INT PRIMARY KEY, a INT);
INSERT INTO `tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttß` WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 100) SELECT i, i FROM n;
