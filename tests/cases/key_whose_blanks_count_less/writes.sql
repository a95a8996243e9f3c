UPDATE t SET id = IF(id LIKE '% ', TRIM(TRAILING ' ' FROM id), CONCAT(id, '  ')) WHERE v = 1 + @n * 7 % 300 * 2 + @w;
UPDATE t SET id = IF(id LIKE 'n%', UPPER(id), LOWER(id)), shop = 3 - shop WHERE v = 1 + @n * 11 % 300 * 2 + @w;
START TRANSACTION;
DELETE FROM t WHERE v = 1 + @n * 13 % 300 * 2 + @w;
INSERT INTO t VALUES (1 + @n % 2, CONCAT('N', 1 + @n * 13 % 300 * 2 + @w, ' '), 1 + @n * 13 % 300 * 2 + @w);
COMMIT;
