UPDATE t SET v = -@n WHERE v = 1 + @n * 7 % 600;
UPDATE t SET b = b - 100000, a = 65535 - a WHERE v = 1 + @n * 11 % 600;
DELETE FROM t WHERE v = 1 + @n * 13 % 600;
INSERT INTO t VALUES (@n % 65535, 100000 + @n, -1, NULL);
