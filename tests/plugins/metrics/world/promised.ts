/** Metrics that operators rely on: name -> its type and its labels. */
export const promised: Readonly<Record<string, readonly [type: string, ...labels: string[]]>> = {
  cocov_http_request_duration_seconds: ["histogram", "method", "route", "status"],
  cocov_job_duration_seconds: ["histogram", "name", "outcome"],
  cocov_jobs: ["gauge", "name", "state"],
  cocov_job_oldest_age_seconds: ["gauge", "name"],
  cocov_database_connections: ["gauge", "state"],
  cocov_webhook_deliveries_total: ["counter", "event", "outcome"],
  cocov_github_requests_total: ["counter", "outcome"],
  cocov_github_rate_limit_remaining: ["gauge"],
  cocov_issues_registered_total: ["counter"],
  cocov_coverage_uploads_total: ["counter", "outcome"],
  cocov_storage_bytes: ["gauge"],
  cocov_cache_bytes: ["gauge"],
  process_cpu_seconds_total: ["counter"],
  process_resident_memory_bytes: ["gauge"],
  process_start_time_seconds: ["gauge"],
  process_open_fds: ["gauge"],
};
