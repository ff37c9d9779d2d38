import type { ReadinessCheck } from "../../core";
import type { Snapshots } from "./snapshots";

/** @returns whether commits can be stored: the folder is there, or can be made, and is writable; the bucket answers */
export function storageReadiness(snapshots: Pick<Snapshots, "prepare">): ReadinessCheck {
  return {
    name: "storage",
    required: true,
    check: async () => {
      await snapshots.prepare();
      return "ok";
    },
  };
}
