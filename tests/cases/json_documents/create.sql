CREATE TABLE t (id INT PRIMARY KEY, doc JSON NOT NULL, other JSON, KEY tags ((CAST(doc->'$.tags' AS UNSIGNED ARRAY))));
INSERT INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 600) SELECT i, JSON_OBJECT('n', i, 'text', REPEAT('x', i), 'tags', JSON_ARRAY(i, i + 1), 'pi', 3.14, 'no', NULL), IF(i % 3, NULL, '[1, "\\u00e9", {"deep": []}]') FROM n;
