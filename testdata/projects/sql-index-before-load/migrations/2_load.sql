CREATE INDEX new_a ON new (a);
CREATE INDEX other_a ON other (a);
ALTER TABLE new ADD CONSTRAINT new_b UNIQUE (b);
CREATE INDEX new_ab ON new (a, b);
INSERT INTO new (a, b) SELECT a, b FROM old;
INSERT INTO other (a) SELECT a FROM old;
