import type { Rule } from "./examined";

export const namesItsJobs: Rule = ({ name, parts }) =>
  (parts.jobs ?? []).flatMap(({ definition: job }) => [
    ...(job.name.startsWith(`${name}.`) ? [] : [`Its job ${job.name} should be called ${name}.${job.name.split(".").at(-1)}.`]),
    ...(job.summary.length > 10 ? [] : [`Its job ${job.name} doesn't say what it does.`]),
  ]);

export const saysWhatHappensWhenJobsFail: Rule = ({ parts }) =>
  (parts.jobs ?? []).flatMap(({ definition: { name, whenFailing = "" } }) =>
    /^.{20,160}[^.\s]$/.test(whenFailing)
      ? []
      : [`Its job ${name} has no \`whenFailing\`: one line, without a full stop, on what people see when it fails for a day.`],
  );
