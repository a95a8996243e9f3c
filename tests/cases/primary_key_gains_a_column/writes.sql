UPDATE t SET created = created + INTERVAL @n % 300 - 150 DAY WHERE v = 1 + @n * 7 % 600;
UPDATE t SET code = @n WHERE v = 1 + @n * 11 % 600;
START TRANSACTION;
DELETE FROM t WHERE id = 1 + @n * 13 % 600;
INSERT INTO t VALUES (1 + @n * 13 % 600, '2024-05-31' + INTERVAL @n % 2 DAY, 1 + @n * 13 % 600, -@n);
COMMIT;
DELETE FROM t WHERE id = 601 + @n * 17 % 600;
INSERT INTO t (created, v) VALUES ('2024-12-31 23:59:59', @n);
