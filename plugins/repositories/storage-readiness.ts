import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import type { ReadinessCheck } from "../../core";

/** @returns whether commits can be stored: the folder is there, or can be made, and is writable */
export function storageReadiness(folder: string): ReadinessCheck {
  return {
    name: "storage",
    required: true,
    check: async () => {
      await mkdir(folder, { recursive: true });
      await access(folder, constants.W_OK);
      return "ok";
    },
  };
}
