import { StartupError } from "../../startup-error";
import type { Logger } from "../log/logger";

/** The user a server runs as, when that isn't the one we run as. */
export type Account = { name: string; uid: number; gid: number };

/** Whoever gets hold of the database can act as this user, so nothing else may be this user's. */
const ownName = "cocov-postgres";

/** Makes the user, and a group of the same name, on systems with Debian's or Red Hat's tools. */
const creation = [
  ...["useradd", "--system", "--user-group", "--no-create-home"],
  ...["--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", ownName],
];

/**
 * PostgreSQL refuses to run as root, so root's server runs as a user of its own, which is made unless it exists. It needs an entry in
 * /etc/passwd: `initdb` doesn't work for a mere number.
 * @returns undefined when we aren't root: the server runs as we do then
 * @throws {StartupError} if the user can't be made, or isn't the database's alone; says how to make it
 */
export async function chooseAccount(log: Logger): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const present = await findAccount();
  if (present !== undefined) return present;
  const failure = await createAccount();
  const made = await findAccount();
  if (made === undefined) {
    throw new StartupError([
      `The embedded database can't run as root, and its own user ${ownName} couldn't be made (${failure}). Make it with \`${creation.join(" ")}\` (in a container: when the image is built), start Cocov as another user, or set COCOV_DATABASE_URL.`,
    ]);
  }
  log.info({ account: made.name, uid: made.uid }, "made a user for the embedded database");
  return made;
}

async function findAccount(): Promise<Account | undefined> {
  const users = parsePasswd(await Bun.file("/etc/passwd").text());
  const account = users.find(({ name }) => name === ownName);
  const other = users.find(({ name, uid }) => name !== ownName && uid === account?.uid);
  if (other !== undefined) {
    throw new StartupError([
      `The user ${ownName} of the embedded database has the same number as ${other.name}. Give it one of its own.`,
    ]);
  }
  return account;
}

/** @returns why it failed, if it did. Another process that makes the user at this moment makes it fail too; see {@link findAccount} */
async function createAccount(): Promise<string> {
  const program = Bun.which("useradd", { PATH: "/usr/sbin:/sbin:/usr/bin:/bin:/usr/local/sbin" });
  if (program === null) return "there is no useradd";
  let said = "";
  for (let attempt = 0; attempt < 10; attempt++) {
    const { exitCode, stderr } = Bun.spawnSync([program, ...creation.slice(1)], { stdin: "ignore" });
    if (exitCode === 0 || (await findAccount()) !== undefined) return "";
    said = stderr.toString().trim();
    if (exitCode !== cannotLock) break;
    await Bun.sleep(100);
  }
  return said || "useradd failed";
}

/** Exit status of useradd(8) while another process changes the users. */
const cannotLock = 1;

/** @param text as in passwd(5) */
export function parsePasswd(text: string): Account[] {
  return text.split("\n").flatMap((line) => {
    const [name = "", , uid = "", gid = ""] = line.split(":");
    return /^\d+$/.test(uid) && /^\d+$/.test(gid) ? [{ name, uid: Number(uid), gid: Number(gid) }] : [];
  });
}
