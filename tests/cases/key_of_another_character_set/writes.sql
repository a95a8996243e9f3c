UPDATE t SET id = IF(id LIKE 'n%', UPPER(id), LOWER(id)), note = @n WHERE v = 1 + @n * 7 % 300 * 2 + @w;
START TRANSACTION;
DELETE FROM t WHERE v = 1 + @n * 11 % 300 * 2 + @w;
INSERT INTO t VALUES (CONCAT(ELT(1 + @n % 3, 'NAME-', 'name-', 'Näme-'), 1 + @n * 11 % 300 * 2 + @w), 1 + @n * 11 % 300 * 2 + @w, @n);
COMMIT;
UPDATE t SET note = CONCAT(@n, 'ü') WHERE v = 1 + @n * 13 % 300 * 2 + @w;
