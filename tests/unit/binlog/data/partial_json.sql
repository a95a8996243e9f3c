CREATE TABLE t (id INT PRIMARY KEY, a JSON, b JSON, c INT);
INSERT INTO t VALUES (1, JSON_OBJECT('k', REPEAT('x', 100), 'n', 1), '[1,2,3]', 5);
-- record
SET binlog_row_value_options = PARTIAL_JSON;
UPDATE t SET a = JSON_SET(a, '$.n', 2);
UPDATE t SET a = JSON_REPLACE(a, '$.n', 3), b = JSON_SET(b, '$[0]', 9), c = 6;
UPDATE t SET a = '{}', c = 7;
UPDATE t SET b = NULL, id = 2;
SET binlog_row_image = MINIMAL;
UPDATE t SET a = JSON_SET(a, '$.m', 2), id = 3;
DELETE FROM t;
