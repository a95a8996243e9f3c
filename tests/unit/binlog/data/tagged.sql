CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20));
SET gtid_next = 'aaaaaaaa-ff7f-80aa-bbbb-0123456789ab:long_tag_0123456789:2';
INSERT INTO t VALUES (9, 'before the file');
SET gtid_next = 'AUTOMATIC';
-- record
SET gtid_next = 'AUTOMATIC:some_tag';
INSERT INTO t VALUES (1, 'a');
SET gtid_next = 'aaaaaaaa-ff7f-80aa-bbbb-0123456789ab:long_tag_0123456789:1234567890123456789';
INSERT INTO t VALUES (2, 'b');
SET gtid_next = 'AUTOMATIC';
INSERT INTO t VALUES (3, 'c');
