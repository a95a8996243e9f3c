UPDATE t SET a = @n WHERE id = 1 + @n * 7 % 600;
UPDATE t SET id = 200000 + @n WHERE id = 1 + @n * 11 % 600;
DELETE FROM t WHERE id = 1 + @n * 13 % 600;
INSERT INTO t (id, a) VALUES (100000 + @n, 1);
