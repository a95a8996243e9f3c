UPDATE t SET c999 = @n WHERE id = 1 + @n * 7 % 100;
DELETE FROM t WHERE id = 1 + @n * 13 % 100;
INSERT INTO t (id, c7) VALUES (100000 + @n, @n);
