/** What plugins import of it. */

export { clockFinding } from "./clock-finding";
export { diskFinding } from "./disk-finding";
export { type DoctorCheck, doctorCheck, type Finding, type Look } from "./doctor-check";
