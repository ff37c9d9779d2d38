CREATE TABLE worker_redis_runs (
  -- The order in which runs are pushed again that Redis has lost
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id text NOT NULL UNIQUE,
  -- No reference: the row outlives its run until Redis has nothing of it any more
  check_set_id bigint NOT NULL,
  -- new: never sent; sending: may have been pushed; listed: was seen on the list; taken: was seen to be gone from there
  stage text NOT NULL DEFAULT 'new' CHECK (stage IN ('new', 'sending', 'listed', 'taken')),
  -- A Worker said that it has begun
  begun boolean NOT NULL DEFAULT false,
  -- It is to be taken off the list, or else its Worker to be told; `told`: that was done
  canceling boolean NOT NULL DEFAULT false,
  told boolean NOT NULL DEFAULT false,
  -- Nothing of it is to stay in Redis
  ended boolean NOT NULL DEFAULT false,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
-- unfinished(): those with something to be done in Redis
CREATE INDEX worker_redis_runs_unfinished ON worker_redis_runs (id)
  WHERE ended OR (canceling AND NOT told) OR (NOT canceling AND stage IN ('new', 'sending'));
-- listed(): those that Workers may take, or Redis lose
CREATE INDEX worker_redis_runs_listed ON worker_redis_runs (id) WHERE stage = 'listed' AND NOT ended;
