import { z } from "zod";
import { defineService } from "../../app/service";
import log from "../log/service";
import { createBoundedWork } from "./bounded-work";

export default defineService({
  name: "boundedWork",
  summary: "Does what contents decide the cost of in processes that can be ended",
  settings: z.object({}),
  needs: [log],
  open({ use }) {
    const api = createBoundedWork({ log: use.log });
    return { api, stop: () => api.stop() };
  },
  preview: () => createBoundedWork({ log: log.preview() }),
});
