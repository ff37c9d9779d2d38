import { callOf, findCommand } from "./find-command";
import { overview } from "./overview";
import { runCommand } from "./run-command";

const [name, ...rest] = process.argv.slice(2);

if (name !== undefined && !name.startsWith("-")) await runCommand(callOf(name), () => findCommand(name), rest);
else {
  const argv = process.argv.slice(2).filter((word) => word !== "--help" && word !== "-h");
  await runCommand("bun run cocov", () => overview, argv);
}
