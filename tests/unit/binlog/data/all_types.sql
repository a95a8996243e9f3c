CREATE TABLE t (
  id INT UNSIGNED PRIMARY KEY AUTO_INCREMENT,
  c_tiny TINYINT, c_small SMALLINT, c_medium MEDIUMINT, c_big BIGINT UNSIGNED,
  c_float FLOAT, c_double DOUBLE, c_decimal DECIMAL(20,7), c_decimal_9 DECIMAL(9,0),
  c_bit BIT(11), c_bit_8 BIT(8), c_year YEAR,
  c_date DATE, c_time TIME, c_time_3 TIME(3), c_datetime DATETIME, c_datetime_6 DATETIME(6),
  c_timestamp TIMESTAMP NULL, c_timestamp_1 TIMESTAMP(1) NULL,
  c_char CHAR(10) CHARACTER SET latin1, c_char_long CHAR(255) CHARACTER SET utf8mb4,
  c_binary BINARY(16), c_varchar VARCHAR(20) CHARACTER SET latin1, c_varchar_long VARCHAR(300),
  c_varbinary VARBINARY(70), c_enum ENUM('a','b','c'), c_set SET('x','y','z'),
  c_tinytext TINYTEXT, c_text TEXT, c_mediumblob MEDIUMBLOB, c_longtext LONGTEXT,
  c_json JSON, c_point POINT, c_geometry GEOMETRY, c_vector VECTOR(3),
  c_last INT NOT NULL);
-- record
INSERT INTO t VALUES (1, -1, -2, -3, 18446744073709551615, 1.5, -2.25, 1234567890123.7654321, 999999999,
  b'10000000001', b'11111111', 2024,
  '2024-02-29', '-01:02:03', '01:02:03.456', '2024-02-29 12:34:56', '2024-02-29 12:34:56.789012',
  '2024-02-29 12:34:56', '2024-02-29 12:34:56.7',
  'char', REPEAT('ä', 200), X'00112233445566778899AABBCCDD0000', 'varchar', REPEAT('v', 260),
  X'00FF', 'c', 'x,z', 'tiny', 'text', X'010203', 'long',
  '{"a": [1, 2, 3]}', ST_GeomFromText('POINT(1 2)'), ST_GeomFromText('LINESTRING(0 0, 1 1)'),
  TO_VECTOR('[1,2,3]'), 77);
INSERT INTO t (id, c_last) VALUES (2, 78);
UPDATE t SET id = id + 10, c_last = c_last + 10 ORDER BY id DESC;
DELETE FROM t;
