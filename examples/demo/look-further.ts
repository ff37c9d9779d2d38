import type { Push } from "./push";
import type { Stage } from "./stage";
import type { Terminal } from "./terminal";

const exampleColumns = 36;

/** Prints where somebody who has seen the demo can look further. */
export function printLookFurther(terminal: Terminal, { url, userToken, source }: Stage, { branch, commit }: Push): void {
  const { line, bold, dim } = terminal;
  const examples = [
    ['api "$COCOV/v1/repositories"', "repositories"],
    ['api "$BRANCH"', "the branch, its head and its issues"],
    ['api "$COMMIT/checks/summary"', "what was run, and for how long"],
    ['api "$COMMIT/issues?per_page=3"', "issues, with the lines they are about"],
    ['api "$COMMIT/issues/categories"', "how many there are of each kind"],
    ['api -X POST "$COMMIT/checks/re_run"', "runs the checks again: watch the statuses below"],
  ] as const;

  line(bold("Look further"));
  line(`  Swagger  ${bold(`${url}/swagger`)} tells of every route and lets you try it: press Authorize,`);
  line("           paste the token at “bearer”; the page remembers it");
  line(`  Token    ${userToken}`);
  line("  Shell    paste this, then the lines below it");
  line();
  line(`  export COCOV=${url} TOKEN=${userToken}`);
  line(`  export COMMIT=$COCOV${commit.path}`);
  line(`  export BRANCH=$COCOV/v1/repositories/${source.name}/branches/${encodeURI(branch)}`);
  line(`  api() { curl -sS -H "authorization: bearer $TOKEN" "$@"; echo; }`);
  line();
  for (const [command, what] of examples) line(`  ${command.padEnd(exampleColumns)}  ${dim(`# ${what}`)}`);
  line();
}
