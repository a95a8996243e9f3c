UPDATE t SET id = CONCAT(IF(@n % 2, UPPER(id), LOWER(id)), '  ') WHERE v = 1 + @n * 7 % 300 * 2 + @w;
START TRANSACTION;
DELETE FROM t WHERE v = 1 + @n * 11 % 300 * 2 + @w;
INSERT INTO t VALUES (CONCAT(ELT(1 + @n % 3, 'NÄME-', 'näme-', 'Näme-'), 1 + @n * 11 % 300 * 2 + @w), 1 + @n * 11 % 300 * 2 + @w);
COMMIT;
