UPDATE t SET name = CONCAT(LPAD(id, 5, '0'), @n) WHERE id = 550 + @n % 50;
