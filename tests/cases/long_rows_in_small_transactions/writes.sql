UPDATE t SET b = b + 1 WHERE id = 1 + @n * 7 % 100;
