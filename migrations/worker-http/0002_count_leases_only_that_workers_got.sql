-- Whether the Worker got the lease: until then the platform makes the job ready, and its failures are its own
ALTER TABLE worker_jobs ADD COLUMN given boolean NOT NULL DEFAULT false;
UPDATE worker_jobs SET given = true WHERE lease_id IS NOT NULL;
ALTER TABLE worker_jobs ADD CHECK (lease_id IS NOT NULL OR NOT given);
