UPDATE t SET kept = kept + 1 WHERE id = 1 + @n * 7 % 600;
INSERT INTO t (id, kept) VALUES (100000 + @n, 12);
