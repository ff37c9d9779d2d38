import type { ListedJob } from "../../../core";
import type { Html } from "./html";
import { button, type View } from "./view";

/** @returns what can be done to a job as it stands; nothing to one that runs */
export function jobActs(view: View, { id, name, state }: ListedJob): Html[] {
  const fields = { id };
  const remove = button(view, {
    act: "delete",
    label: "Delete",
    confirm: `Job ${id}, ${name}, goes, and what it would have done isn't done.`,
    fields,
  });
  if (state === "dead") return [button(view, { act: "retry", label: "Retry", fields }), remove];
  if (state === "delayed") return [button(view, { act: "promote", label: "Run now", fields }), remove];
  return state === "waiting" ? [remove] : [];
}
