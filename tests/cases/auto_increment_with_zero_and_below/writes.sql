UPDATE t SET a = a + 1 WHERE id <= 0;
INSERT INTO t (a) VALUES (@n);
