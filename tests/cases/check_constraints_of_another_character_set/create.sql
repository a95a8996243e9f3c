-- ALTER TABLE parses the first ones anew, and keeps their strings in the columns' character sets.
CREATE TABLE t (id INT PRIMARY KEY, l VARCHAR(20) CHARACTER SET latin1, s VARCHAR(20) CHARACTER SET utf16, w VARCHAR(20) CHARACTER SET utf32, b BLOB,
  CONSTRAINT begins CHECK (l LIKE 'é%'), CONSTRAINT not_this CHECK (s <> 'aé'), CHECK (w <> 'éb'), CONSTRAINT bytes CHECK (b <> 'é\0b'), CONSTRAINT converted CHECK (CONVERT(b USING latin1) <> 'é'));
ALTER TABLE t ADD CONSTRAINT fresh CHECK (l <> 'éé'), ADD CHECK (s <> '中'), ADD CONSTRAINT fresh_bytes CHECK (b <> '中');
INSERT INTO t WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 100) SELECT i, 'é', 's', 'w', 'b' FROM n;
