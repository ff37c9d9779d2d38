import { constants } from "node:fs";
import { access } from "node:fs/promises";
import type { ReadinessCheck } from "../../core";
import type { Snapshots } from "./snapshots";

/** @returns whether commits can be stored: the folder is there, or can be made, and is writable */
export function storageReadiness(folder: string, snapshots: Pick<Snapshots, "prepare">): ReadinessCheck {
  return {
    name: "storage",
    required: true,
    check: async () => {
      await snapshots.prepare();
      await access(folder, constants.W_OK);
      return "ok";
    },
  };
}
