UPDATE t SET a = CONCAT(LPAD(id, 12, '0'), 'other', @n) WHERE id = 1 + @n * 7 % 600;
DELETE FROM t WHERE id = 1 + @n * 13 % 600;
INSERT INTO t VALUES (100000 + @n, CONCAT(LPAD(100000 + @n, 12, '0'), 'new'), NULL);
