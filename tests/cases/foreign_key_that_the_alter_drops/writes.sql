UPDATE t SET a = 3, b = 11 WHERE id BETWEEN 20 * @w AND 20 * @w + 9;
INSERT INTO t VALUES (1000 + @n, 5, 12);
