import { z } from "zod";
import { type Database, parameter, type Route, route, timeMillis } from "../../core";
import type { Auth } from "../auth";
import { errors } from "./errors";
import { type Entry, readEntries } from "./page";
import { stretch } from "./time-range";

const entry = z.object({
  id: z.int().meta({ example: 12 }),
  at: z.string().meta({ example: "2026-11-25T10:00:00.000Z" }),
  actor: z.string().nullable().meta({ example: "ada" }),
  credential: z.string().nullable().meta({ example: "session" }),
  action: z.string().meta({ example: "service_token.created" }),
  subject: z.object({
    type: z.string().meta({ example: "service_token" }),
    id: z.union([z.int(), z.string()]).nullable().meta({ example: 4 }),
    name: z.string().nullable().meta({ example: "Worker" }),
  }),
  repository: z.string().nullable().meta({ example: null }),
  request_id: z.string().nullable().meta({ example: "0199c2f4-6b7e-7c3a-9d53-0c1f6f3f9b1a" }),
  address: z.string().nullable().meta({ example: "192.0.2.7" }),
});

/** Reading the audit log. */
export function auditRoutes({ db, auth }: { db: Database; auth: Auth }): Route[] {
  return [
    route({
      method: "GET",
      path: "/v1/admin/audit_log",
      summary: "List what people did",
      description:
        "The newest first. `from` and `to` are days (the whole of them, UTC) or times, both included. What comes next is had with `before`, which is `next_before` of this answer; null there means that this is all.",
      access: auth.admin,
      params: z.object({
        actor: parameter
          .text({ invalid: "audit_log.invalid_actor", trim: true })
          .max(255)
          .meta({ description: "A login, or a service token as `service:4`.", example: "ada" })
          .optional(),
        action: parameter
          .text({ invalid: "audit_log.invalid_action", trim: true })
          .regex(/^[a-z0-9_]{1,100}\.[a-z0-9_]{1,100}$/)
          .meta({ example: "service_token.created" })
          .optional(),
        repository: parameter
          .text({ invalid: "audit_log.invalid_repository", trim: true })
          .max(255)
          .meta({ description: "The name that it had then.", example: "api" })
          .optional(),
        from: stretch("audit_log.invalid_from", "2026-11-01").optional(),
        to: stretch("audit_log.invalid_to", "2026-11-25T10:00:00Z").optional(),
        before: parameter.integer({ invalid: "audit_log.invalid_before", min: 1 }).meta({ example: 12 }).optional(),
        per_page: parameter.text().meta({ description: "Entries in one answer: 1 to 100, 25 unless given." }).optional(),
      }),
      answers: { 200: z.object({ entries: z.array(entry), next_before: z.int().nullable().meta({ example: 12 }) }) },
      errors: ["audit_log.invalid_range"],
      handle: async ({ params: { actor, action, repository, from, to, before }, page }) => {
        if (from && to && to.until <= from.from) throw errors.fail("audit_log.invalid_range");
        const filter = { actor, action, repository, from: from?.from, until: to?.until, before };
        const { entries, nextBefore } = await readEntries(db, filter, page.size);
        return { entries: entries.map(present), next_before: nextBefore };
      },
    }),
  ];
}

const present = ({ id, at, actor, credential, action, repository, address, ...row }: Entry): z.input<typeof entry> => ({
  id,
  at: timeMillis(at),
  actor,
  credential,
  action,
  subject: { type: row.subjectType, id: row.subjectId, name: row.subjectName },
  repository,
  request_id: row.requestId,
  address,
});
