UPDATE t SET f = f * 1.1, d = d / 3, p = p + 0.0000000001 WHERE id = 1 + @n * 7 % 600;
UPDATE t SET tm = SEC_TO_TIME(@n * 0.000001), y = 2000 + @n % 100, big = big - 1 WHERE id = 1 + @n * 11 % 600;
DELETE FROM t WHERE id = 1 + @n * 13 % 600;
INSERT INTO t (id, f, d) VALUES (100000 + @n, 0.1, 1e-300);
