/** What plugins import of it. */

export type { BoundedWork } from "./bounded-work";
export { type BoundedTask, defineBoundedTask, type Outcome } from "./task";
