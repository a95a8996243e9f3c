-- server: -- --binlog-checksum=NONE
CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20));
-- record
INSERT INTO t VALUES (1, 'a');
