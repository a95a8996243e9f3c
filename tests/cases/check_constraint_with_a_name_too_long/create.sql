CREATE TABLE `tttttttttttttttttttttttttttttttttttttttttttttttttttttt` (id INT PRIMARY KEY, a INT, CHECK (a > 0));
INSERT INTO `tttttttttttttttttttttttttttttttttttttttttttttttttttttt` WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 20) SELECT i, i FROM n;
