import { z } from "zod";

export const coreSettingsSchema = z.object({});
export type CoreSettings = z.output<typeof coreSettingsSchema>;
