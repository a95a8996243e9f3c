UPDATE t SET a = @n % 3 WHERE id = 1 + @n * 7 % 300;
INSERT INTO t (id, a) VALUES (100000 + @n, 0);
