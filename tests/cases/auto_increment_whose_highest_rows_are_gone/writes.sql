INSERT INTO t (a) VALUES (@n);
DELETE FROM t WHERE id > 200;
UPDATE t SET a = a + 1 WHERE id = 1 + @n * 7 % 100;
