/** Globally routable user agent URIs. RFC 5627 */
export { isGruu, publicGruu } from "./public-gruu.ts";
export {
  type GruuContact,
  type GruuResolution,
  type GruuTarget,
  leadsBack,
  readGruu,
  resolveGruu,
} from "./resolve-gruu.ts";
export {
  type GruuTools,
  openTemporaryGruu,
  type TemporaryGruu,
  temporaryGruu,
} from "./temporary-gruu.ts";
