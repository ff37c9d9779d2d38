import type { FileHandle } from "node:fs/promises";
import { devNull } from "node:os";
import { inheritedFile, openUnnamedFile } from "./unnamed-file";

/** What git and libcurl may take over from this process: where programs are, proxies, and private certificate authorities. */
const inherited = [
  "PATH",
  "TMPDIR",
  "http_proxy",
  "https_proxy",
  "HTTPS_PROXY",
  "all_proxy",
  "ALL_PROXY",
  "no_proxy",
  "NO_PROXY",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "GIT_SSL_CAINFO",
  "GIT_SSL_CAPATH",
] as const;

/**
 * The environment of every git process: one repository, no configuration of the machine or the user, no prompts, only HTTP.
 *
 * @param gitDir absolute path of a bare repository
 */
export function gitEnvironment(gitDir: string): Record<string, string> {
  const environment: Record<string, string> = {
    GIT_DIR: gitDir,
    HOME: gitDir,
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: devNull,
    GIT_TERMINAL_PROMPT: "0",
    GIT_ALLOW_PROTOCOL: "http:https",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_OPTIONAL_LOCKS: "0",
  };
  for (const name of inherited) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

/** How a fetch over HTTP is made. */
export interface FetchSettings {
  /** Value of the header, or null for public repositories. */
  readonly authorization: string | null;
  /** A connection that carries nothing for so many seconds is given up. */
  readonly stallSeconds: number;
}

/** What one fetch needs beyond {@link gitEnvironment}. */
export interface FetchEnvironment {
  readonly environment: Record<string, string>;
  /** For git to inherit. To be closed by the caller. */
  readonly file: FileHandle | null;
}

/**
 * Environment of a fetch over HTTP. The token travels as a header that git reads from a file without a name, or where there is no such
 * thing from its environment: it is in no argument, named file or URL. git would send that header on to wherever the server redirects
 * it, so redirects aren't followed.
 *
 * @param remoteUrl `http(s)://host/owner/name.git`
 */
export async function fetchEnvironment(
  remoteUrl: URL,
  { authorization, stallSeconds }: FetchSettings,
): Promise<FetchEnvironment> {
  const header = `Authorization: ${authorization}`;
  const file =
    authorization === null ? null : await openUnnamedFile(`[http "${remoteUrl.origin}/"]\n\textraHeader = "${header}"\n`);
  const settings: [key: string, value: string][] = [["http.followRedirects", "false"]];
  if (file) settings.push(["include.path", inheritedFile]);
  else if (authorization !== null) settings.push([`http.${remoteUrl.origin}/.extraHeader`, header]);
  const environment = {
    GIT_HTTP_LOW_SPEED_LIMIT: "1",
    GIT_HTTP_LOW_SPEED_TIME: String(stallSeconds),
    GIT_CONFIG_COUNT: String(settings.length),
    ...Object.fromEntries(
      settings.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
  };
  return { environment, file };
}
