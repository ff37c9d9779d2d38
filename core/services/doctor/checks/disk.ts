import { diskFinding } from "../disk-finding";
import type { Patient } from "../doctor";
import type { DoctorCheck } from "../doctor-check";

/** Whether there is room in the data folder. */
export const diskCheck = ({ installation }: Pick<Patient, "installation">): DoctorCheck => ({
  name: "disk",
  needsDatabase: false,
  look: () => diskFinding("the data folder", installation.settings.dataDir, "COCOV_DATA_DIR"),
});
