UPDATE t SET place = ST_PointFromText(CONCAT('POINT(', @n % 80, ' 1)'), 4326) WHERE id = 1 + @n * 7 % 600;
UPDATE t SET shape = ST_GeomFromText('POLYGON((0 0,2 0,2 2,0 0))') WHERE id = 1 + @n * 11 % 600;
DELETE FROM t WHERE id = 1 + @n * 13 % 600;
INSERT INTO t VALUES (100000 + @n, ST_PointFromText('POINT(5 6)', 4326), NULL, ST_PointFromText('POINT(7 8)'));
