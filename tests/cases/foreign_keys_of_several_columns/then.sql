SELECT COUNT(*) = 2 FROM information_schema.referential_constraints
  WHERE constraint_schema = DATABASE() AND table_name = 't' AND constraint_name IN ('pair', 'one');
