import type { CallObservation } from "../../../core";
import { SnapshotError } from "../snapshot-error";

/** Does work that is one git command or is mostly one, and tells observers of it by that command's name. */
export type ObservedGit = <T>(command: string, work: () => Promise<T>) => Promise<T>;

/** @param observe nobody is told without it */
export function observedGit(observe: CallObservation | undefined): ObservedGit {
  return async (name, work) => {
    const end = observe?.call({ kind: "git", name });
    try {
      const result = await work();
      end?.();
      return result;
    } catch (error) {
      end?.(error instanceof SnapshotError ? error.reason : "aborted");
      throw error;
    }
  };
}
