UPDATE t SET a = a + 1, later = later + 1 WHERE id = 1 + @n * 7 % 600;
INSERT INTO t (id, a, later) VALUES (100000 + @n, @n, @n + 4);
