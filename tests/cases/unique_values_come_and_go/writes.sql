UPDATE t SET a = NULL, d = NULL WHERE id = 1 + @n * 7 % 300;
UPDATE t SET a = 1000 + @n % 50 WHERE id = 1 + @n * 7 % 300;
UPDATE t SET d = 2000 + @n % 50 WHERE id = 1 + @n * 11 % 300;
DELETE FROM t WHERE c = CONCAT('new', @n % 20);
INSERT INTO t VALUES (100000 + @n, NULL, @n % 5, CONCAT('new', @n % 20), NULL);
UPDATE t SET id = 500000 + @n WHERE id = 100000 + @n - 4;
