DELETE FROM t WHERE id = CONCAT('NAME-', 1 + @n * 11 % 300);
INSERT INTO t VALUES (CONCAT('NAME-', 1 + @n * 11 % 300), '2024-01-02', @n);
DELETE FROM t WHERE id = CONCAT('name-', 1 + @n * 13 % 300);
INSERT INTO t VALUES (CONCAT('name-', 1 + @n * 13 % 300), '2024-01-01', @n);
