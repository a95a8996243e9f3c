UPDATE t SET a = CONCAT('changed words ', @n) WHERE id = 1 + @n * 7 % 200;
DELETE FROM t WHERE id = 1 + @n * 13 % 200;
INSERT INTO t VALUES (100000 + @n, 'brand new');
