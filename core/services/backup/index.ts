/** What plugins import of it. */

export { DamagedContent, type KeptContent, type KeptOutside, keptOutside } from "./kept-outside";
