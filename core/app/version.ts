import manifest from "../../package.json";

/** The platform's version. */
export const version: string = manifest.version;
