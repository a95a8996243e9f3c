CREATE TABLE t (id INT PRIMARY KEY, flags BIT(12), one BIT(1) NOT NULL DEFAULT b'1', s SET('a','b','c','d') NOT NULL, e ENUM('x','y','','ü') NOT NULL, f ENUM('1','2','3'));
INSERT INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 600) SELECT i, i, i % 2, i % 16, 1 + i % 4, 1 + i % 3 FROM n;
