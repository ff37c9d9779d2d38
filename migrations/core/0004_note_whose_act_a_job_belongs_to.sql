-- Who enqueued a job: actor, kind of credential, address, request and trace, as JSON. Null for what the platform does by itself.
-- Nothing secret: never a credential.
alter table core_jobs add column act jsonb;
