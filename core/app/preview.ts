import type { InstalledPlugin } from "../plugin/installed-plugin";
import type { Installation } from "./installation";
import { previewServices } from "./open-services";
import { setUpPlugins } from "./set-up";

/**
 * Sets the plugins up to look at what they bring, without a database: `setup` only declares, so nothing is connected to.
 * @throws StartupError as starting would
 */
export function previewPlugins(installation: Installation): InstalledPlugin[] {
  return setUpPlugins(installation, previewServices());
}
