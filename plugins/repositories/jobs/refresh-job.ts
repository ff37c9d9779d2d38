import { z } from "zod";
import { defineJob } from "../../../core";

export const refreshRepository = defineJob({
  name: "repositories.refresh",
  summary:
    "Reads a repository from GitHub again, of whose name there is doubt; destroys it when another one has that and it is gone",
  whenFailing: "The repository keeps the name and details known here until GitHub tells of it again",
  payload: z.object({ repositoryId: z.int() }),
  key: ({ repositoryId }) => String(repositoryId),
});
