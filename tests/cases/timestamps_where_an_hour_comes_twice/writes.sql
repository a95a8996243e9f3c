SET SESSION time_zone = ELT(1 + @n % 3, '+00:00', '-08:00', 'Test/Overlap');
UPDATE t SET a = a + 1 WHERE id = 1 + @n * 7 % 600;
UPDATE t SET moment = '2024-10-27 02:30:00' WHERE id = 1 + @n * 11 % 600;
SET SESSION time_zone = '+00:00';
INSERT INTO t VALUES (100000 + @n, FROM_UNIXTIME(1729990800 + 1800), FROM_UNIXTIME(1729990800 - 1800), 1);
