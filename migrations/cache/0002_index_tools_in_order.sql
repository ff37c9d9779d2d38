-- list(): tools of one engine, the newest first. That their repository is null doesn't let an index that begins with it sort them.
CREATE INDEX cache_tools_by_age ON cache_entries (engine, created_at DESC, id DESC) WHERE repository_id IS NULL;
-- list(), listUsed(): tools by last use, either way
CREATE INDEX cache_tools_by_use ON cache_entries (last_used_at NULLS FIRST, id) WHERE repository_id IS NULL;
