import { keepServing } from "./keep-serving";
import { printLookFurther } from "./look-further";
import { deliverPush } from "./push";
import { printIssues, printStatuses } from "./report";
import { runDemo } from "./run-demo";
import { setStage } from "./stage";
import { runWorker } from "./work";

/** The whole way of a push, from the developer to the status at GitHub, told while it happens. */
await runDemo(async (demo) => {
  const { terminal, options, signal } = demo;
  const stage = await setStage(demo);
  const push = await deliverPush(demo, stage);
  const { issues } = await runWorker(demo, stage, push);

  printStatuses(terminal, stage.github.statuses());
  await printIssues(terminal, stage.user, push.commit.path, issues);
  if (options.once) return;

  printLookFurther(terminal, stage, push);
  terminal.line("Serving. Ctrl-C stops everything and removes its files.");
  await Promise.race([keepServing(terminal, stage.github, signal), demo.breakdown]);
});
