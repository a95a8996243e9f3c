UPDATE segue_keys SET n = n + 1 WHERE k0 = 101 + @n * 7 % 100;
DELETE FROM segue_keys WHERE k0 = 1 + @n * 13 % 100;
INSERT INTO segue_keys VALUES (100000 + @n, 0, 100000 + @n);
