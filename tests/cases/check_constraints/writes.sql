UPDATE t SET a = 100 + @n WHERE id = 1 + @n * 7 % 600;
UPDATE t SET b = @n WHERE id = 1 + @n * 11 % 600;
INSERT INTO t VALUES (100000 + @n, 1, 1, 'x');
