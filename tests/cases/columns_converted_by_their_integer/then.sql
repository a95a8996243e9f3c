SELECT c_bit + 0 = 1 AND v_bit + 0 = 1 AND j_bit + 0 = 1 AND f_bit + 0 = 2 AND f_year IN (2002, 2003) AND d_bit + 0 = 20260102 FROM t WHERE id = 1;
