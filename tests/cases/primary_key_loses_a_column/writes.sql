UPDATE t SET created = created + INTERVAL @n % 300 - 150 DAY WHERE id = 1 + @n * 7 % 300 * 2 + @w;
START TRANSACTION;
DELETE FROM t WHERE id = 1 + @n * 11 % 300 * 2 + @w;
INSERT INTO t VALUES (1 + @n * 11 % 300 * 2 + @w, '2024-05-31' + INTERVAL @n % 2 DAY, @n);
COMMIT;
INSERT INTO t (created, v) VALUES ('2024-12-31 23:59:59', @n);
