UPDATE t SET c_bit = '0', f_bit = 1.5, d_bit = d_bit + INTERVAL 1 DAY, t_dec = '12abc' WHERE id = 2 + @n * 7 % 290;
DELETE FROM t WHERE id = 2 + @n * 13 % 290;
INSERT INTO t (id, c_bit, j_bit, f_year) VALUES (100000 + @n, '1', '12', 1.5);
