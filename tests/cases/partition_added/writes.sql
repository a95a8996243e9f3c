UPDATE t SET a = a + 1 WHERE id = 1 + @n * 7 % 600;
DELETE FROM t WHERE id = 1 + @n * 13 % 600;
UPDATE t SET id = 601 + @n % 399 WHERE id = 1 + @n * 11 % 600;
