CREATE TABLE `tttttttttttttttttttttttttttttttttttttttttttttttttttttttt` (id INT PRIMARY KEY, a INT);
INSERT INTO `tttttttttttttttttttttttttttttttttttttttttttttttttttttttt` WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 20) SELECT i, i FROM n;
