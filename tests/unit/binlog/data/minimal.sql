CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), b TEXT, c INT NOT NULL DEFAULT 5, d INT);
-- record
SET binlog_row_image = MINIMAL;
INSERT INTO t (id, d) VALUES (1, 10), (2, 20);
UPDATE t SET a = 'changed', d = NULL WHERE id = 1;
UPDATE t SET id = 3 WHERE id = 2;
DELETE FROM t WHERE id = 3;
SET binlog_row_image = NOBLOB;
INSERT INTO t (id, b) VALUES (4, 'blob');
UPDATE t SET a = 'noblob' WHERE id = 4;
UPDATE t SET id = 5 WHERE id = 4;
DELETE FROM t WHERE id = 5;
