-- What is known of commits' coverage
CREATE TABLE coverage_infos (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  commit_id bigint NOT NULL UNIQUE REFERENCES commits (id) ON DELETE CASCADE,
  status text NOT NULL CHECK (status IN ('waiting', 'queued', 'in_progress', 'completed', 'errored')),
  -- The newest upload that was accepted. It has no row any more once it has been processed.
  upload_id bigint NOT NULL,
  -- The fetch of the commit's files that processing waits for
  fetch_id uuid,
  -- Figures, null until completed
  percent_covered double precision,
  lines_total integer,
  lines_covered integer,
  files_count integer,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK ((status = 'completed') = (percent_covered IS NOT NULL))
);
-- endStuck() and the commits whose files have to stay: few are under way at any time
CREATE INDEX coverage_infos_under_way ON coverage_infos (updated_at) WHERE status IN ('queued', 'in_progress');

-- Files of the upload that the coverage is about. They are there before it is completed, and not shown until then.
CREATE TABLE coverage_files (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  coverage_info_id bigint NOT NULL REFERENCES coverage_infos (id) ON DELETE CASCADE,
  file text COLLATE "C" NOT NULL,
  raw_data bytea NOT NULL,
  percent_covered integer NOT NULL,
  lines_missed integer NOT NULL,
  lines_covered integer NOT NULL,
  lines_total integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
-- Paths may be longer than what an index takes
CREATE UNIQUE INDEX coverage_files_of_coverage ON coverage_files (coverage_info_id, md5(file));
-- leastCovered(): the first of them, without sorting them all
CREATE INDEX coverage_files_by_percent ON coverage_files (coverage_info_id, percent_covered);

-- Uploads that have been accepted and aren't processed yet; their ids are their order
CREATE TABLE coverage_uploads (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  repository_id bigint NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
  sha text NOT NULL,
  -- Null while the commit isn't known
  commit_id bigint REFERENCES commits (id) ON DELETE CASCADE,
  received_at timestamptz NOT NULL DEFAULT now(),
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (repository_id, sha)
);
CREATE INDEX coverage_uploads_of_commit ON coverage_uploads (commit_id) WHERE commit_id IS NOT NULL;
-- expireWaiting()
CREATE INDEX coverage_uploads_waiting ON coverage_uploads (received_at) WHERE commit_id IS NULL;

-- What they hold, compressed, in pieces that fit into memory
CREATE TABLE coverage_upload_parts (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- Parts are written first, which may take a while, and their upload at the end, under a lock
  upload_id bigint NOT NULL REFERENCES coverage_uploads (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  position integer NOT NULL,
  data bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (upload_id, position)
);
-- Compressed already
ALTER TABLE coverage_upload_parts ALTER COLUMN data SET STORAGE EXTERNAL;

-- How much of a branch was covered, whenever that became known
CREATE TABLE coverage_histories (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  repository_id bigint NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
  branch_id bigint NOT NULL REFERENCES branches (id) ON DELETE CASCADE,
  percentage double precision NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
-- history(): the newest entry of a branch up to the end of a day (UTC), one step into the index for each day shown
CREATE INDEX coverage_histories_by_day ON coverage_histories (branch_id, ((created_at AT TIME ZONE 'UTC')::date), id);
CREATE INDEX coverage_histories_of_repository ON coverage_histories (repository_id, created_at);
