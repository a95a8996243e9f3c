CREATE TABLE t (id INT PRIMARY KEY,
  flag TINYINT(1), member TINYINT UNSIGNED, i_enum INT, i_set INT, big_enum BIGINT, f_enum FLOAT, d_set DOUBLE, y_enum YEAR, y_set YEAR,
  f_varchar FLOAT, f_char FLOAT, f_varbinary FLOAT, f_text FLOAT, fd_varchar FLOAT(8,2), dd_varchar DOUBLE(10,3),
  zip_char INT(6) ZEROFILL, zip_varchar INT(6) ZEROFILL, zip_binary INT(6) ZEROFILL, dz_varchar DECIMAL(8,2) ZEROFILL, fz_varchar FLOAT ZEROFILL,
  y_char YEAR, i_json INT, u_json BIGINT UNSIGNED, dec_json DECIMAL(10,1), f_json FLOAT, d_json DOUBLE, y_json YEAR, j_int JSON, m_date MEDIUMINT, f_time FLOAT,
  over_double VARCHAR(40) AS (CONCAT('<',dd_varchar,'>')) STORED, over_zip VARCHAR(40) AS (CONCAT('<',zip_char,'>')) STORED, over_flag VARCHAR(40) AS (CONCAT('<',flag,'>')) VIRTUAL);
INSERT INTO t (id,flag,member,i_enum,i_set,big_enum,f_enum,d_set,y_enum,y_set,f_varchar,f_char,f_varbinary,f_text,fd_varchar,dd_varchar,zip_char,zip_varchar,zip_binary,dz_varchar,fz_varchar,y_char,i_json,u_json,dec_json,f_json,d_json,y_json,j_int,m_date,f_time)
  WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 300)
  SELECT i, i % 2, 1 + i % 3, ELT(1 + i % 4, 0, 1, 7, 8), ELT(1 + i % 3, 1, 2, 4), 1 + i % 3, ELT(1 + i % 3, 1, 2, 1.5), ELT(1 + i % 3, 1, 2, 1.5), 2025 + i % 3, 2025 + i % 3,
    i * 0.1, 19.99 + i, i * 0.1, i * 0.1, i, i * 0.1, 12 + i, i, 98 + i, i * 0.5, i, IF(i % 2, 0, 1970 + i % 100), i - 100, 9007199254740993 + i, i * 0.5, i * 0.25, i, 2000 + i % 100,
    CAST(i + 0.5 AS JSON), 101112 + i % 2, 101112.5 + i % 3
  FROM n;
