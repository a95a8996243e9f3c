UPDATE t SET a = @n WHERE id = 1 + @n * 7 % 600;
UPDATE t SET d = '2019-06-01' + INTERVAL @n % 2000 DAY WHERE id = 1 + @n * 11 % 600;
DELETE FROM t WHERE id = 1 + @n * 13 % 600;
INSERT INTO t VALUES (100000 + @n, '2021-12-31', 'zz', 1);
