-- server: -- --gtid-mode=OFF --enforce-gtid-consistency=OFF
CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20));
CREATE TABLE m (id INT PRIMARY KEY) ENGINE = MyISAM;
-- record
INSERT INTO t VALUES (1, 'a'), (2, 'b');
INSERT INTO m VALUES (1);
BEGIN;
UPDATE t SET a = 'c' WHERE id = 1;
INSERT INTO m VALUES (2);
ROLLBACK;
CREATE INDEX i ON t (a);
DELETE FROM t;
