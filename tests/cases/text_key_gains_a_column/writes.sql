UPDATE t SET created = created + INTERVAL 1 DAY, id = IF(@n % 2, UPPER(id), LOWER(id)) WHERE v = 1 + @n * 7 % 300 * 2 + @w;
START TRANSACTION;
DELETE FROM t WHERE v = 1 + @n * 11 % 300 * 2 + @w;
INSERT INTO t VALUES (CONCAT('NAME-', 1 + @n * 11 % 300 * 2 + @w), '2023-01-01' + INTERVAL @n DAY, 1 + @n * 11 % 300 * 2 + @w);
COMMIT;
