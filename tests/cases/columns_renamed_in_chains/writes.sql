UPDATE t SET a = @n, b = @n + 1, c = @n + 2 WHERE id = 1 + @n * 7 % 600;
DELETE FROM t WHERE id = 1 + @n * 13 % 600;
INSERT INTO t VALUES (100000 + @n, 1, 2, 3, 'x');
