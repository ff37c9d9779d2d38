import type { InstalledPlugin } from "../plugin/installed-plugin";
import type { Installation } from "./installation";
import { previewServices } from "./open-services";
import { type SetUp, setUpPlugins } from "./set-up";

/**
 * Sets the plugins up to look at what they bring, without a database: `setup` only declares, so nothing is connected to.
 * @throws StartupError as starting would
 */
export const previewSetUp = (installation: Installation): SetUp => setUpPlugins(installation, previewServices());

/** @returns of {@link previewSetUp} those that are on */
export const previewPlugins = (installation: Installation): readonly InstalledPlugin[] => previewSetUp(installation).installed;
