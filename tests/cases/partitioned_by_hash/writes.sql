DELETE FROM t WHERE id = 1 + @n * 13 % 600;
UPDATE t SET id = 200000 + @n WHERE id = 1 + @n * 11 % 600;
INSERT INTO t VALUES (100000 + @n, @n);
