START TRANSACTION;
SELECT GROUP_CONCAT(a ORDER BY id), GROUP_CONCAT(d ORDER BY id), GROUP_CONCAT(c ORDER BY id) INTO @a, @d, @c FROM (SELECT * FROM t WHERE id IN (1 + @n * 7 % 300, 1 + (@n * 7 + 60) % 300, 1 + (@n * 7 + 150) % 300) FOR UPDATE) AS rotating;
UPDATE t SET a = NULL, d = NULL, c = NULL WHERE id IN (1 + @n * 7 % 300, 1 + (@n * 7 + 60) % 300, 1 + (@n * 7 + 150) % 300);
SET @k = 0;
UPDATE t SET a = SUBSTRING_INDEX(SUBSTRING_INDEX(@a, ',', 1 + (@k + 1) % 3), ',', -1), d = SUBSTRING_INDEX(SUBSTRING_INDEX(@d, ',', 1 + (@k + 1) % 3), ',', -1), c = SUBSTRING_INDEX(SUBSTRING_INDEX(@c, ',', 1 + (@k + 1) % 3), ',', -1), e0 = (@k := @k + 1) WHERE id IN (1 + @n * 7 % 300, 1 + (@n * 7 + 60) % 300, 1 + (@n * 7 + 150) % 300) ORDER BY id;
COMMIT;
