CREATE TABLE t (id INT PRIMARY KEY, kept INT, widened INT, renamed VARCHAR(20), dropped INT, twice INT AS (kept * 2) STORED);
INSERT INTO t (id, kept, widened, renamed, dropped) WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 600) SELECT i, i % 90, i % 70, CONCAT('v', i % 50, CHAR(39)), i FROM n;
ANALYZE TABLE t UPDATE HISTOGRAM ON kept, widened, renamed, dropped, twice WITH 17 BUCKETS;
DELETE FROM t WHERE kept < 10;
