UPDATE t SET f_varchar = 0.1, flag = 1 - flag, i_enum = 7, zip_varchar = 12, i_json = i_json + 1 WHERE id = 5 + @n * 7 % 290;
DELETE FROM t WHERE id = 5 + @n * 13 % 290;
INSERT INTO t (id, flag, i_enum, f_varchar, zip_char, dd_varchar, d_json, dec_json) VALUES (100000 + @n, 1, 7, 19.99, 12, 0.1, 1.5, 1.5);
