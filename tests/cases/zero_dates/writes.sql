UPDATE t SET d = '0000-00-00', dt = '2021-00-01' WHERE id = 1 + @n * 7 % 600;
DELETE FROM t WHERE id = 1 + @n * 13 % 600;
INSERT INTO t (id) VALUES (100000 + @n);
