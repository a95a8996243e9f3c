UPDATE t SET a = CONCAT('changed ', @n), b = a WHERE id = 101 + @n * 7 % 100;
DELETE FROM t WHERE id = 1 + @n * 13 % 100 AND id > 10;
INSERT INTO t VALUES (100000 + @n, 'brand new', 'b');
