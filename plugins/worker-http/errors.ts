import { defineErrors } from "../../core";

export const errors = defineErrors({
  "worker.missing_name": [400, "`worker` is missing: the name by which operators know this worker"],
  "worker.invalid_wait": [400, "`wait` must be a whole number of seconds from 0 to 30"],
  "worker.invalid_duration": [400, "`duration` must be a whole number of seconds from 30 to 3600"],
  "worker.lease_lost": [404, "This lease has ended; the run may be another worker's by now, so stop working on it"],
  "worker.archive_missing": [
    404,
    "The run's archive isn't in the storage and is being fetched again; release the lease, or ask again in a minute",
  ],
  "worker.unsatisfiable_range": [416, "The archive has no bytes in the requested range"],
});
