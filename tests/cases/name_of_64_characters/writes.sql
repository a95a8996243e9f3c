UPDATE `tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttß` SET a = @n WHERE id = 1 + @n * 7 % 100;
