UPDATE t SET a = a + 1 WHERE id = 1 + @n * 7 % 600;
DELETE FROM t WHERE id = 1 + @n * 13 % 600;
INSERT INTO t VALUES (100000 + @n, @n % 50, CONCAT('New', @n));
