import { slot } from "../../plugin/slot";

/** How something stands: `warning` for what works and won't for long, or is unlikely to be meant. */
export type FindingState = "ok" | "warning" | "failing";

/** What a look at something found. */
export interface Finding {
  readonly state: FindingState;
  /** A sentence: how it stands, with figures. Never a secret. */
  readonly summary: string;
  /** What to do, unless all is well. */
  readonly remedy?: string;
  /**
   * Sets right what can be without asking anybody and without losing anything; only there where `--fix` has something to do. May run
   * while the platform does.
   * @returns a sentence: what was done
   */
  readonly fix?: () => Promise<string>;
}

/** How thoroughly to look. */
export interface Look {
  /** Whether to look at everything, however long that takes, and not at samples. */
  readonly full: boolean;
  /** Aborted when the process is told to end. */
  readonly signal: AbortSignal;
  /** Tells how far it is. */
  show(what: string, done: number, total: number): void;
}

/** Something that `bun run doctor` looks at. It changes nothing. */
export interface DoctorCheck {
  /** Unique; lower-case words joined by hyphens. */
  readonly name: string;
  /** Whether it can be looked at only while the database answers. */
  readonly needsDatabase: boolean;
  /** What it throws is told as failing. */
  look(call: Look): Promise<Finding>;
}

/** Filled by whoever knows of something that operators have to get right, or that can go wrong behind their backs. */
export const doctorCheck = slot.all<DoctorCheck>("doctor.check", { key: ({ name }) => name });
