import { program } from "./program";
import { runCommandLine } from "./run-command";

const argv = process.argv.slice(2);
await runCommandLine(argv, (print) => program(argv[0], print));
