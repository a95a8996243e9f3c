UPDATE t SET a = 'ÿ§', b = 'ÿ§' WHERE id = 1 + @n * 7 % 600;
UPDATE t SET x = CONCAT('ÿ§', @n) WHERE id = 1 + @n * 11 % 600;
DELETE FROM t WHERE id = 1 + @n * 13 % 600;
INSERT INTO t VALUES (100000 + @n, 'ÿ§', 'ÿ§', NULL);
