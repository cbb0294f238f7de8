-- A word in a literal is no column: both servers keep the index and the check.
CREATE TABLE message (id integer PRIMARY KEY, meta json, user_id integer, kind text);
CREATE INDEX message_user ON message ((meta ->> 'user_id'));
ALTER TABLE message ADD CONSTRAINT kinds CHECK (kind <> 'user_id' AND kind <> 'it''s user_id');
ALTER TABLE message DROP COLUMN user_id;
