SELECT f_varchar = '0.1' AND f_char = '20.99' AND f_varbinary = '0.1' AND f_text = '0.1' FROM t WHERE id = 1;
SELECT zip_char = '000013' AND over_zip = '<000013>' AND y_char = '0000' AND flag = '1' AND i_enum = '1' FROM t WHERE id = 1;
SELECT JSON_TYPE(d_json) = 'INTEGER' AND JSON_TYPE(u_json) IN ('INTEGER', 'UNSIGNED INTEGER') FROM t WHERE id = 2;
SELECT dd_varchar = '0.200' AND over_double = '<0.200>' AND fd_varchar = '2.00' FROM t WHERE id = 2;
