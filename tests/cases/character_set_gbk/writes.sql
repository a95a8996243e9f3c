UPDATE t SET a = '国', b = '国' WHERE id = 1 + @n * 7 % 600;
UPDATE t SET x = CONCAT('国', @n) WHERE id = 1 + @n * 11 % 600;
DELETE FROM t WHERE id = 1 + @n * 13 % 600;
INSERT INTO t VALUES (100000 + @n, '国', '国', NULL);
