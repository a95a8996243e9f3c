CREATE TABLE t (
  id INT PRIMARY KEY, a INT NOT NULL, b INT NOT NULL,
  total INT AS (a + b) STORED, difference INT AS (a - b) VIRTUAL NOT NULL, label VARCHAR(40) AS (CONCAT('#', a)) VIRTUAL,
  KEY (total), KEY (difference), KEY (label(5)));
INSERT INTO t (id, a, b) WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 600) SELECT i, i, i % 7 FROM n;
