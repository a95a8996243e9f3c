SET SESSION time_zone = IF(@n % 2, '+05:30', '-08:00');
UPDATE t SET ts = '2021-01-01 00:00:00', dt = '2021-01-01 00:00:00' WHERE id = 1 + @n * 7 % 600;
INSERT INTO t VALUES (100000 + @n, NOW(), '2022-02-02', NOW(3));
