UPDATE t SET a = a + 1, b = b + 2 WHERE id = 1 + @n * 7 % 600;
DELETE FROM t WHERE id = 1 + @n * 13 % 600;
INSERT INTO t (id, a, b) VALUES (100000 + @n, @n, @n);
