UPDATE t SET flags = @n % 4096, s = @n % 16 WHERE id = 1 + @n * 7 % 600;
UPDATE t SET e = 1 + @n % 4, f = NULL WHERE id = 1 + @n * 11 % 600;
DELETE FROM t WHERE id = 1 + @n * 13 % 600;
INSERT INTO t VALUES (100000 + @n, NULL, 0, 'a,d', 'x', '2');
