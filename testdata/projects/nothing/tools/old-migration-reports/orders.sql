SELECT count(*) FROM b;
