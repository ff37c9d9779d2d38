import { area } from "./area.js";

for (let round = 0; round < 12; round++) {
  if (area(2, 3) !== 6) throw new Error("wrong");
}
