-- history(): the newest entry of a branch up to the end of a day (UTC), one step into the index for each day shown
CREATE INDEX issue_histories_by_day ON issue_histories (branch_id, ((created_at AT TIME ZONE 'UTC')::date), id);
DROP INDEX issue_histories_of_branch;
