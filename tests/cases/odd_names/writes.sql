UPDATE `ta``ble, größe "中" RENAME TO x; --` SET `größe` = @n WHERE `i``d` = 1 + @n * 7 % 600;
DELETE FROM `ta``ble, größe "中" RENAME TO x; --` WHERE `i``d` = 1 + @n * 13 % 600;
INSERT INTO `ta``ble, größe "中" RENAME TO x; --` VALUES (100000 + @n, NULL, 1, 1, 1, 1);
