UPDATE t SET a = a + 1 WHERE id = 1 + @n * 7 % 300;
INSERT INTO t VALUES (100000 + @n, 1);
