UPDATE t SET hidden = CONCAT('x', @n) WHERE id = 1 + @n * 7 % 600;
DELETE FROM t WHERE id = 1 + @n * 13 % 600;
INSERT INTO t (id, a, hidden) VALUES (100000 + @n, @n, 'new');
INSERT INTO t VALUES (200000 + @n, @n);
