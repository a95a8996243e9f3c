UPDATE t SET a = 3, b = 'Y3', d = 4 WHERE id BETWEEN 20 * @w AND 20 * @w + 9;
UPDATE t SET a = NULL, b = 'nobody' WHERE id = 50 + @w;
INSERT INTO t VALUES (1000 + @n, 5, 'y5', 6);
