import { defineErrors } from "../../core";

export const errors = defineErrors({
  "admin.unknown_delivery_state": [400, "`state` must be `processed`, `failed` or `pending`"],
});
