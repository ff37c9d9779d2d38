-- An upload has no SHA until it has arrived as a whole. Its parts are written before.
ALTER TABLE coverage_uploads ALTER COLUMN sha DROP NOT NULL;
-- Files, counted from 0 over all parts, that a later one of the same upload with an equal path has replaced
ALTER TABLE coverage_uploads ADD COLUMN replaced_files integer[] NOT NULL DEFAULT '{}';
