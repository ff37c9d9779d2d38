import { clockFinding } from "../clock-finding";
import type { Patient } from "../doctor";
import type { DoctorCheck } from "../doctor-check";

/** Whether this machine's clock agrees with the database's: tokens end and jobs begin by either. */
export const clockCheck = ({ db }: Patient): DoctorCheck => ({
  name: "database-clock",
  needsDatabase: true,
  async look() {
    const before = Date.now();
    const [row] = await db.sql<{ now: Date }[]>`SELECT clock_timestamp() AS now`;
    const after = Date.now();
    return clockFinding("the database server", (row?.now.getTime() ?? 0) - (before + after) / 2, (after - before) / 2);
  },
});
