UPDATE t SET v = v + 1 WHERE id = CONCAT('n', 1 + @n % 50);
