INSERT INTO t (v, w) VALUES (@n, @n % 100);
UPDATE t SET w = @n % 120 WHERE id = 3 * (1 + @n * 7 % 600);
UPDATE t SET id = id - 1 WHERE id = 3 * (1 + @n * 11 % 600);
DELETE FROM t WHERE id = 3 * (1 + @n * 13 % 600);
INSERT INTO t (id, v, w) VALUES (-@n, @n, -1);
