UPDATE t SET b = CONCAT('t', @n) WHERE id = 1 + @n % 300;
