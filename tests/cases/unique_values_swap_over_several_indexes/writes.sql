START TRANSACTION;
SET @x = 1 + @n * 7 % 300, @y = 1 + (@n * 7 + 1 + @n % 299) % 300;
SELECT a, d, c INTO @ax, @dx, @cx FROM t WHERE id = @x FOR UPDATE;
SELECT a, d, c INTO @ay, @dy, @cy FROM t WHERE id = @y FOR UPDATE;
UPDATE t SET a = NULL, d = NULL, c = NULL WHERE id IN (@x, @y) AND @x <> @y;
UPDATE t SET a = @ay, d = @dx, c = @cy WHERE id = @x AND @x <> @y;
UPDATE t SET a = @ax, d = @dy, c = @cx WHERE id = @y AND @x <> @y;
COMMIT;
