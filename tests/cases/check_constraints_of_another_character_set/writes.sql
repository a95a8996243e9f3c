UPDATE t SET l = CONCAT('éa', @n) WHERE id = 1 + @n % 100;
