UPDATE t SET c = @n WHERE id = 1 + @n * 7 % 24;
UPDATE t SET a = REPEAT(CHAR(@n), 200000) WHERE id = 1 + @n * 5 % 24;
DELETE FROM t WHERE id > 200000;
INSERT INTO t VALUES (200000 + @n, REPEAT('n', 70000), '', 1);
