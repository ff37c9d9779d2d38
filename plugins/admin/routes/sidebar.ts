import { type Database, type Route, route } from "../../../core";
import type { Auth } from "../../auth";
import { sidebarCounts } from "../schemas";
import { countForSidebar } from "../sidebar-counters";
import type { SidebarCounter } from "../slots";

interface Parts {
  db: Database;
  auth: Auth;
  counters: () => readonly SidebarCounter[];
}

/** The numbers in the administration's menu. */
export const sidebarRoute = ({ db, auth, counters }: Parts): Route =>
  route({
    method: "GET",
    path: "/v1/admin/sidebar_counters",
    summary: "Count what there is to administer",
    description: "What a plugin counts that is off is 0.",
    access: auth.admin,
    answers: { 200: sidebarCounts },
    handle: () => countForSidebar(db, counters()),
  });
