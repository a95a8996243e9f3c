DELETE FROM t WHERE id < 10 + @n * 20;
