import { defineCounter } from "../../../core";

/** Uploads by what became of them. One that a newer upload of the commit overtook is accepted and nothing else. */
export const uploadsTotal = defineCounter({
  name: "cocov_coverage_uploads_total",
  summary: "Coverage uploads: accepted, then processed, or failed (unusable, or given up)",
  labels: ["outcome"],
});

/** Counts an upload. */
export type CountUpload = (outcome: "accepted" | "processed" | "failed") => void;
