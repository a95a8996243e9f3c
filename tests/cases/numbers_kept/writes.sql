UPDATE t SET f = f * 1.1, d = d / 3, p = p / 2 WHERE id = 1 + @n * 7 % 600;
INSERT INTO t (id, f, d) VALUES (100000 + @n, 0.1, 1e-300);
