CREATE TABLE t (a INT, v INT AS (a + 1) VIRTUAL, s INT AS (a + 2) STORED, i INT INVISIBLE DEFAULT 3,
  j JSON, id INT PRIMARY KEY, INDEX multi ((CAST(j->'$.k' AS CHAR(30) ARRAY))), INDEX func ((a * 2)));
SET sql_generate_invisible_primary_key = ON;
CREATE TABLE g (a INT);
SET sql_generate_invisible_primary_key = OFF;
-- record
INSERT INTO t (a, j, id) VALUES (1, '{"k": ["one", "two"]}', 100);
UPDATE t SET a = 5, j = '{"k": ["three"]}', id = 101;
DELETE FROM t;
INSERT INTO g VALUES (42);
UPDATE g SET a = 43;
