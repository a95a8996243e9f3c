SET NAMES latin1;
UPDATE t SET a = _latin1 0xDF WHERE id = 1 + @n * 7 % 600;
UPDATE t SET c = _sjis 0x955C WHERE id = 1 + @n * 11 % 600;
INSERT INTO t (id, a) VALUES (100000 + @n, _latin1 0xC4);
