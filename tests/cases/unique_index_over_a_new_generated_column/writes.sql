UPDATE t SET a = a + 1000 WHERE id = 550 + @n % 50;
