-- server: -- --binlog-row-event-max-size=256 --binlog-rows-query-log-events=ON --binlog-row-metadata=FULL
CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20) DEFAULT 'aaaaaaaaaaaaaaaa');
CREATE TABLE u (id INT PRIMARY KEY, a VARCHAR(20));
CREATE TRIGGER copy_to_u AFTER INSERT ON t FOR EACH ROW INSERT INTO u VALUES (NEW.id, NEW.a);
-- record
BEGIN;
INSERT INTO t (id) VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9),(10),(11),(12),(13),(14),(15),(16);
UPDATE u SET id = id + 100 ORDER BY id DESC;
UPDATE t, u SET t.a = 'both', u.a = 'both' WHERE u.id = t.id + 100 AND t.id < 4;
DELETE FROM t WHERE id > 8;
COMMIT;
