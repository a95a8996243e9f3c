UPDATE t SET b = CONCAT('u', @n) WHERE a = 1 + @n * 7 % 600;
DELETE FROM t WHERE a = 1 + @n * 13 % 600;
INSERT INTO t VALUES (100000 + @n, 'new');
