import type { Installation } from "../../app/installation";
import type { Cipher } from "../cipher/cipher";
import type { Contributed } from "../contributed";
import type { Database } from "../database/types";
import type { DoctorCheck } from "./doctor-check";

/** What the core's own checks look at. */
export interface Patient {
  readonly db: Database;
  readonly cipher: Cipher;
  readonly installation: Installation;
  readonly embedded: boolean;
}

/** Checks of the platform whose database answers. */
export interface Doctor {
  checks(): readonly Contributed<DoctorCheck>[];
}
