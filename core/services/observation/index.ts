/** What plugins import of it. */

export { type Act, currentAct } from "./act";
export type { CallObservation } from "./observation";
export type { Observer, Observers, Surroundings } from "./observer";
