-- Issues that were added, ignored or deleted between the first count and the triggers that keep it, by processes that served meanwhile. What is
-- there and what was counted are of one snapshot, so what is missing is right whatever others do in the meantime, and nobody has to wait.
INSERT INTO issue_counts AS c (commit_id, check_source, kind, active, ignored)
SELECT commit_id, check_source, kind, sum(active), sum(ignored)
  FROM (SELECT commit_id, check_source, kind, (ignored_at IS NULL)::int AS active, (ignored_at IS NOT NULL)::int AS ignored FROM issues
        UNION ALL
        SELECT commit_id, check_source, kind, -active, -ignored FROM issue_counts) d
 GROUP BY commit_id, check_source, kind HAVING sum(active) <> 0 OR sum(ignored) <> 0 ORDER BY commit_id, check_source, kind
ON CONFLICT (commit_id, check_source, kind)
DO UPDATE SET active = c.active + excluded.active, ignored = c.ignored + excluded.ignored;
DELETE FROM issue_counts WHERE active = 0 AND ignored = 0;
