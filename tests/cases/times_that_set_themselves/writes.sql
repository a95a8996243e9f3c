UPDATE t SET a = a + 1 WHERE id = 1 + @n * 7 % 600;
UPDATE t SET a = a + 1, changed = changed, changed6 = '2002-02-02' WHERE id = 1 + @n * 11 % 600;
DELETE FROM t WHERE id = 1 + @n * 13 % 600;
INSERT INTO t (id, a) VALUES (100000 + @n, @n);
