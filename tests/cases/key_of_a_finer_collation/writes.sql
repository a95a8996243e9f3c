UPDATE t SET id = CONCAT(ELT(1 + @n % 3, 'NAME-', 'name-', 'näme-'), v, REPEAT(' ', @n % 4)) WHERE v = 1 + @n * 7 % 300 * 2 + @w;
UPDATE t SET id = CONCAT('Name-', v), code = -@n WHERE v = 1 + @n * 7 % 300 * 2 + @w;
START TRANSACTION;
DELETE FROM t WHERE v = 1 + @n * 11 % 300 * 2 + @w;
INSERT INTO t VALUES (CONCAT(ELT(1 + @n % 2, 'NAMe-', 'namE-'), 1 + @n * 11 % 300 * 2 + @w, ' '), 1 + @n * 11 % 300 * 2 + @w, @n + 1000);
COMMIT;
