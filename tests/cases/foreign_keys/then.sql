SELECT COUNT(*) = 2 FROM information_schema.referential_constraints
  WHERE constraint_schema = DATABASE() AND table_name = 't' AND constraint_name IN ('chosen', 't_ibfk_1');
SELECT COUNT(*) = 0 FROM information_schema.referential_constraints
  WHERE constraint_schema = DATABASE() AND table_name = '_t_del';
