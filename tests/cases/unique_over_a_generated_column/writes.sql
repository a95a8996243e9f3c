START TRANSACTION;
SET @x = 1 + @n * 7 % 600, @y = 1 + @n * 11 % 600;
UPDATE t SET a = -id * 10 WHERE id IN (@x, @y);
UPDATE t SET a = IF(id = @x, @y, @x) * 10 WHERE id IN (@x, @y) AND @x <> @y;
COMMIT;
