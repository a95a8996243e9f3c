-- server: --version 8.0 -- --log-bin-use-v1-row-events=ON
CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), b JSON);
-- record
INSERT INTO t VALUES (1, 'a', '[1]'), (2, 'b', NULL);
UPDATE t SET a = 'c', id = 3 WHERE id = 2;
DELETE FROM t;
XA START 'x';
INSERT INTO t VALUES (4, 'a', '[1]');
XA END 'x';
XA PREPARE 'x';
XA ROLLBACK 'x';
