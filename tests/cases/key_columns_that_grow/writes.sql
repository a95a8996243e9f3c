UPDATE t SET a = (a + 1) % 6, b = -b, c = c + INTERVAL 100000 MICROSECOND WHERE v = 1 + @n * 7 % 600;
UPDATE t SET d = CONCAT(d, X'00'), e = e + INTERVAL 1 DAY, f = f - INTERVAL 1 HOUR, g = 15 - g WHERE v = 1 + @n * 11 % 600 AND LENGTH(d) < 8 AND f > '-500:00:00';
DELETE FROM t WHERE v = 1 + @n * 13 % 600;
INSERT INTO t VALUES (@n % 100, @n, NOW(), '', CURDATE(), CURTIME(), @w, 1 + @n * 13 % 600);
