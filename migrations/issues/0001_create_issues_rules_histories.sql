CREATE TABLE issue_ignore_rules (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  repository_id bigint NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
  user_id bigint REFERENCES users (id) ON DELETE SET NULL,
  reason text,
  -- A copy of the issue that the rule was made from
  uid text COLLATE "C" NOT NULL,
  check_source text NOT NULL,
  kind text NOT NULL CHECK
    (kind IN ('style', 'performance', 'security', 'bug', 'complexity', 'duplication', 'convention', 'quality')),
  file text NOT NULL,
  line_start integer NOT NULL,
  line_end integer NOT NULL,
  message text NOT NULL,
  -- Null while the rule is in force
  retired_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  -- store(): the rules that arriving issues match
  UNIQUE (repository_id, uid)
);
CREATE INDEX issue_ignore_rules_author ON issue_ignore_rules (user_id) WHERE user_id IS NOT NULL;

CREATE TABLE issues (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  commit_id bigint NOT NULL REFERENCES commits (id) ON DELETE CASCADE,
  -- What the plugin knows the issue by, across commits; compared byte by byte
  uid text COLLATE "C" NOT NULL,
  kind text NOT NULL CHECK
    (kind IN ('style', 'performance', 'security', 'bug', 'complexity', 'duplication', 'convention', 'quality')),
  file text NOT NULL,
  line_start integer NOT NULL,
  line_end integer NOT NULL,
  message text NOT NULL,
  check_source text NOT NULL,
  -- Null while the issue is active
  ignored_at timestamptz,
  ignore_source text CHECK (ignore_source IN ('user', 'rule')),
  ignore_user_id bigint REFERENCES users (id) ON DELETE SET NULL,
  ignore_rule_id bigint REFERENCES issue_ignore_rules (id) ON DELETE CASCADE,
  ignore_user_reason text,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (commit_id, uid),
  CHECK ((ignored_at IS NULL) = (ignore_source IS NULL)),
  CHECK ((ignore_source IS NOT DISTINCT FROM 'rule') = (ignore_rule_id IS NOT NULL))
);
-- listIssues(): a commit's issues by id. With the commit alone, the planner walks the whole table by its primary key.
CREATE INDEX issues_of_commit ON issues (commit_id, id);
-- Deleting users and rules. Few issues are ignored, so few are in these.
CREATE INDEX issues_ignored_by_user ON issues (ignore_user_id) WHERE ignore_user_id IS NOT NULL;
CREATE INDEX issues_ignored_by_rule ON issues (ignore_rule_id) WHERE ignore_rule_id IS NOT NULL;

-- How many active issues a branch had, whenever that was counted
CREATE TABLE issue_histories (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  repository_id bigint NOT NULL REFERENCES repositories (id) ON DELETE CASCADE,
  branch_id bigint NOT NULL REFERENCES branches (id) ON DELETE CASCADE,
  quantity integer NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
-- Graphs and statistics: a branch's entries by day, and the newest one before a day
CREATE INDEX issue_histories_of_branch ON issue_histories (branch_id, created_at);
CREATE INDEX issue_histories_of_repository ON issue_histories (repository_id, created_at);
