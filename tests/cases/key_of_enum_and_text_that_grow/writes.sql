UPDATE t SET a = 3 - a, b = 3 - b, c = UPPER(c), code = -@n WHERE v = 1 + @n * 7 % 600;
UPDATE t SET c = LOWER(c), d = CONCAT('M', @n % 7) WHERE v = 1 + @n * 11 % 600;
DELETE FROM t WHERE v = 1 + @n * 13 % 600;
INSERT INTO t VALUES ('it''s', 'x', CONCAT('N', @n), 'new', 1 + @n * 13 % 600, NULL);
