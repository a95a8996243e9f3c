UPDATE t SET a = 'ж', b = 'ж' WHERE id = 1 + @n * 7 % 600;
UPDATE t SET x = CONCAT('ж', @n) WHERE id = 1 + @n * 11 % 600;
DELETE FROM t WHERE id = 1 + @n * 13 % 600;
INSERT INTO t VALUES (100000 + @n, 'ж', 'ж', NULL);
