INSERT INTO p VALUES (1000 + 2 * @n + @w);
INSERT INTO t VALUES (1000 + 2 * @n + @w, 1000 + 2 * @n + @w);
UPDATE t SET a = NULL WHERE id = 1000 + 2 * @n + @w;
DELETE FROM p WHERE id = 1000 + 2 * @n + @w;
