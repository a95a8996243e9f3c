UPDATE t SET a = @n WHERE id = 1 + @n % 100;
