INSERT INTO p VALUES (1000 + @n, 'new');
INSERT INTO t VALUES (1000 + @n, 1000 + @n, 10 + @w, @n);
UPDATE t SET b = 14, v = v + 1 WHERE id BETWEEN 20 * @w AND 20 * @w + 9;
UPDATE t SET a = NULL WHERE id = 1000 + @n;
DELETE FROM p WHERE id = 1000 + @n;
DELETE FROM t WHERE id = 995 + @n;
