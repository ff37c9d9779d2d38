-- When the fetch under way was first tried: GitHub's hiccups of the first seconds are nobody's fault
ALTER TABLE commits ADD COLUMN fetching_since timestamptz;
-- fetchForgotten(): the few commits that nothing has begun to fetch
CREATE INDEX commits_not_fetched ON commits (id) WHERE clone_status = 'queued';
