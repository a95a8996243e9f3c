UPDATE t SET y = @n WHERE id = 1 + @n % 20;
