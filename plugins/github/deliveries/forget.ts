import { z } from "zod";
import { defineJob, type HandledJob, type Queryable } from "../../../core";

const forgetDeliveries = defineJob({
  name: "github.forget_deliveries",
  summary: "Forgets webhook deliveries after four days, failed ones after thirty",
  whenFailing: "Old deliveries stay, and the database grows by them until it works again",
  payload: z.object({}),
  everySeconds: 3600,
});

/**
 * A delivery whose work still waits is kept, however old it is. One that arrived is remembered for longer than GitHub remembers it: GitHub
 * may think that it never arrived, and it must not be asked for again.
 */
export async function forgetOldDeliveries(q: Queryable): Promise<void> {
  await q.sql`
    DELETE FROM github_deliveries
    WHERE received_at < now() - interval '4 days'
      AND (state = 'processed' OR state = 'failed' AND received_at < now() - interval '30 days')`;
  await q.sql`DELETE FROM github_redeliveries WHERE asked_at < now() - interval '4 days'`;
}

export const deliveryForgetting: HandledJob = forgetDeliveries.handledBy(async (_payload, run) => {
  await run.complete(forgetOldDeliveries);
});
