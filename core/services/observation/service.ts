import { pino } from "pino";
import { z } from "zod";
import { defineService, type OpenService } from "../../app/service";
import log from "../log/service";
import { createObservation, type Observation } from "./observation";

export default defineService({
  name: "observation",
  summary: "Tells plugins of requests, statements, jobs and calls: when each begins and how it ended",
  settings: z.object({}),
  needs: [log],
  open({ use }): OpenService<Observation> {
    const observation = createObservation(use.log);
    return {
      api: observation,
      attach: ({ plugins }) =>
        observation.observe(
          plugins.flatMap(({ plugin, parts: { observe } }) => (observe ? { plugin: plugin.name, observers: observe } : [])),
        ),
    };
  },
  preview: (): Observation => createObservation(pino({ level: "silent" })),
});
