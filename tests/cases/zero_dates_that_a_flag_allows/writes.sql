UPDATE t SET v = IF(@n % 2, '0000-00-00', '2021-03-00') WHERE id = 1 + @n * 7 % 200;
DELETE FROM t WHERE id = 1 + @n * 13 % 200;
INSERT INTO t VALUES (100000 + 2 * @n + @w, '2021-00-07');
