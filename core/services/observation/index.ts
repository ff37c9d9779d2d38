/** What plugins import of it. */

export { type Act, currentAct } from "./act";
export {
  type Counter,
  defineCounter,
  defineGauge,
  type Gauge,
  type Instrument,
  type Instruments,
  type Labels,
  type Reading,
} from "./instruments";
export type { CallObservation, PluginObservation } from "./observation";
export type { Countings, Observer, Observers, Surroundings } from "./observer";
export { sparingly } from "./sparingly";
