import { defineCounter } from "../../../core";

/** Deliveries by what became of them. */
export const deliveriesTotal = defineCounter({
  name: "cocov_webhook_deliveries_total",
  summary:
    "GitHub's webhook deliveries: recorded, repeated (known already), processed, or failed (a handler gave up); events that nobody handles are one",
  labels: ["event", "outcome"],
});

/** Counts a delivery. @param event as GitHub sent it */
export type CountDelivery = (event: string, outcome: "recorded" | "repeated" | "processed" | "failed") => void;
