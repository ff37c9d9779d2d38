import manifest from "../../package.json";

/** What this platform is, as its package says. */
export const about = {
  title: `${manifest.name.charAt(0).toUpperCase()}${manifest.name.slice(1)}`,
  version: manifest.version,
  description: manifest.description,
} as const;
