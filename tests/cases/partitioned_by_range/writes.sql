UPDATE t SET a = a + 1 WHERE id = 1 + @n * 7 % 600;
UPDATE t SET part = (part + 90) % 200 WHERE id = 1 + @n * 11 % 600;
DELETE FROM t WHERE id = 1 + @n * 13 % 600;
INSERT INTO t (id, part, a) VALUES (100000 + @n, @n % 200, @n);
