import { z } from "zod";
import { defineService, type OpenService } from "../../app/service";
import cipher from "../cipher/service";
import { type Contributed, contributedTo } from "../contributed";
import database from "../database/service";
import embeddedPostgres from "../embedded-postgres/service";
import { clockCheck } from "./checks/clock";
import { databaseCheck } from "./checks/database";
import { diskCheck } from "./checks/disk";
import { jobsCheck } from "./checks/jobs";
import { keysCheck } from "./checks/keys";
import { migrationsCheck } from "./checks/migrations";
import type { Doctor, Patient } from "./doctor";
import { type DoctorCheck, doctorCheck } from "./doctor-check";
import { doctorCommand } from "./doctor-command";

export default defineService({
  name: "doctor",
  summary: "Looks whether all is as it should be, and says what to do where it isn't",
  settings: z.object({}),
  needs: [embeddedPostgres, cipher, database],
  commands: [doctorCommand],
  slots: [doctorCheck],
  open({ installation, use }): OpenService<Doctor> {
    const patient: Patient = {
      db: use.database,
      cipher: use.cipher,
      installation,
      embedded: use.embeddedPostgres.embedded,
    };
    const own = [databaseCheck, clockCheck, migrationsCheck, keysCheck, jobsCheck, diskCheck];
    let brought: readonly Contributed<DoctorCheck>[] = [];
    return {
      api: { checks: () => [...own.map((make) => ({ plugin: "core", value: make(patient) })), ...brought] },
      attach({ plugins }) {
        brought = contributedTo(doctorCheck, plugins);
      },
    };
  },
  preview: (): Doctor => ({ checks: () => [] }),
});
