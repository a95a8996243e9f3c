CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(200));
CREATE TABLE u (id INT PRIMARY KEY, a MEDIUMTEXT);
-- record
SET binlog_transaction_compression = ON;
BEGIN;
INSERT INTO t VALUES (1, 'one'), (2, 'two');
INSERT INTO u VALUES (1, REPEAT('large ', 40000)), (2, REPEAT('larger ', 40000));
SAVEPOINT s;
UPDATE t SET a = 'changed' WHERE id = 1;
COMMIT;
INSERT INTO u VALUES (3, 'nothing of t');
XA START 'compressed', 'b', 7;
INSERT INTO t VALUES (3, 'xa');
XA END 'compressed', 'b', 7;
XA PREPARE 'compressed', 'b', 7;
XA COMMIT 'compressed', 'b', 7;
DELETE FROM t;
