UPDATE t SET a = a + 1 WHERE id = 1 + @n * 7 % 600;
UPDATE t SET id = 200000 + @n WHERE id = 1 + @n * 11 % 600 AND id % 100 > 0;
INSERT INTO t VALUES (-@n, @n);
