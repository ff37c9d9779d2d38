import { z } from "zod";

/** The paging block of an answer, for the schemas of paginated routes. */
export const paging = z
  .object({
    prev_page: z.string().optional().meta({ example: "https://cocov.example.org/v1/repositories?page=1" }),
    next_page: z.string().optional().meta({ example: "https://cocov.example.org/v1/repositories?page=3" }),
    page: z.int().meta({ example: 2 }),
    total_pages: z.int().meta({ description: "0 when the list is empty", example: 3 }),
  })
  .meta({ id: "Paging" });
