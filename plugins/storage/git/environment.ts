import { devNull } from "node:os";

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

/**
 * Environment of a fetch over HTTP. The token travels as a header that git reads from its environment, so it is in no argument,
 * file or URL. git would send that header on to wherever the server redirects it, so redirects aren't followed.
 *
 * @param remoteUrl `http(s)://host/owner/name.git`
 * @param authorization value of the header, or null for public repositories
 * @param stallSeconds after which a connection that carries nothing is given up
 */
export function fetchEnvironment(remoteUrl: URL, authorization: string | null, stallSeconds: number): Record<string, string> {
  const settings: [key: string, value: string][] = [["http.followRedirects", "false"]];
  if (authorization !== null) settings.push([`http.${remoteUrl.origin}/.extraHeader`, `Authorization: ${authorization}`]);
  return {
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
}
