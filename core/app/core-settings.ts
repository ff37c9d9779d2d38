import { z } from "zod";
import { services } from "../services";
import { platformSettings } from "./platform-settings";

type Intersection<Union> = (Union extends unknown ? (each: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;
type Shape = typeof platformSettings.shape & Intersection<(typeof services)[number]["settings"]["shape"]>;

/** The section `core`: settings that belong to no plugin, of the platform as a whole and of its services. */
export const coreSettings = z.object<Shape>(
  Object.assign({}, platformSettings.shape, ...services.map(({ settings }) => settings.shape)),
);

/** Settings that belong to no plugin, validated. */
export type CoreSettings = z.output<typeof coreSettings>;
