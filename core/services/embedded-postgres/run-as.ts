import type { Account } from "./account";

/** What a process of the database starts with. Locale and time zone are settled so that they don't vary with ours. */
const environment = { LC_ALL: "C", TZ: "UTC", PATH: "/usr/local/bin:/usr/bin:/bin" };

/**
 * Starts one of PostgreSQL's own processes as the server's user, in a session of its own: a ctrl-c in the terminal is for
 * us, who stop the database last.
 * @param output descriptor of a file that takes stdout and stderr
 */
export function runAs(account: Account | undefined, command: string[], cwd: string, output: number): Bun.Subprocess {
  return Bun.spawn(command, {
    cwd,
    env: environment,
    stdin: "ignore",
    stdout: output,
    stderr: output,
    detached: true,
    ...(account && { uid: account.uid, gid: account.gid }),
  });
}
