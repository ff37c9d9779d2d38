import type { Logger } from "pino";
import { failureMessage } from "../failure-message";
import type { QueueEndpoint } from "./queue-url";
import type { JobQueues } from "./queues";

/** The queues in use. Of several servers on one database, any will do, so they may change. */
export interface QueueConnection {
  current(): JobQueues;
  /** When the server doesn't answer, the next one gets its turn. */
  check(): Promise<void>;
}

/** Opens the queues on the first of `endpoints`; with none, in memory. @param open makes queues on an endpoint, without waiting for it */
export function connectQueues(
  endpoints: readonly QueueEndpoint[],
  open: (endpoint: QueueEndpoint | undefined) => JobQueues,
  log: Logger,
): QueueConnection {
  let turn = 0;
  let queues = open(endpoints[0]);

  return {
    current: () => queues,
    async check() {
      try {
        await queues.ping();
      } catch (error) {
        const server = endpoints[turn % endpoints.length];
        log.warn({ error: failureMessage(error), server }, "the queue server is out of reach");
        if (endpoints.length < 2) return;
        turn += 1;
        const unreachable = queues;
        queues = open(endpoints[turn % endpoints.length]);
        await unreachable.close();
      }
    },
  };
}
