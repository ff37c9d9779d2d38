import { z } from "zod";

export const sidebarCounts = z
  .object({
    tokens: z.int().meta({ description: "Service tokens", example: 4 }),
    secrets: z.int().meta({ description: "The organization's secrets", example: 3 }),
    repositories: z.int().meta({ example: 2 }),
    users: z.int().meta({ example: 1 }),
  })
  .catchall(z.int())
  .meta({ id: "SidebarCounters" });
