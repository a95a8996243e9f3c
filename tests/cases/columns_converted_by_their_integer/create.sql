CREATE TABLE t (id INT PRIMARY KEY, c_bit CHAR(1), v_bit VARCHAR(5), j_bit JSON, f_bit FLOAT, f_year FLOAT, d_bit DATE, dec_bit DECIMAL(10,1), f_big FLOAT UNSIGNED, f_float FLOAT, t_dec TEXT, t_datetime TIME(3));
INSERT INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 300)
  SELECT i, i % 10, i % 2, CAST(i AS JSON), i + 0.5, 1.5 + i % 50, '2026-01-01' + INTERVAL i DAY, i * 0.5, 1e15 * i, i * 0.005, CONCAT(i * 0.1, IF(i % 2, 'abc', '')), SEC_TO_TIME(i * 60.125) FROM n;
