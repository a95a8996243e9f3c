UPDATE t SET c = CONCAT('é', @n) WHERE id = 1 + @n % 100;
