import { defineErrors } from "../../core";

export const errors = defineErrors({
  "cache.missing_engine": [400, "`engine` is missing: where the Cache service keeps it, `local` or `s3`"],
  "cache.missing_name": [400, "`name` is missing"],
  "cache.missing_name_hash": [400, "`name_hash` is missing"],
  "cache.missing_size": [400, "`size` is missing: how many bytes it has"],
  "cache.invalid_size": [400, "`size` must be a whole number of bytes, 1 or more, in decimal digits"],
  "cache.missing_mime": [400, "`mime` is missing"],
  "cache.invalid_order": [400, "`order` must be `created_at` or `stale`"],
  "cache_settings.cache_disabled": [400, "No Cache service is configured"],
});
