UPDATE t SET doc = JSON_SET(doc, '$.n', @n) WHERE id = 1 + @n * 7 % 600;
UPDATE t SET doc = JSON_REPLACE(doc, '$.text', 'short', '$.pi', @n) WHERE id = 1 + @n * 11 % 600;
UPDATE t SET doc = JSON_REMOVE(doc, '$.no') WHERE id = 1 + @n * 3 % 600;
DELETE FROM t WHERE id = 1 + @n * 13 % 600;
INSERT INTO t VALUES (100000 + @n, JSON_OBJECT('n', @n, 'tags', JSON_ARRAY(1, 2)), NULL);
