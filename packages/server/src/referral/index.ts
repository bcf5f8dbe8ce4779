/** What functions have in common that are asked by REFER: what it asks for, and how it is told what came of it. RFC 3515 */
export { toThese } from "./asking-device.ts";
export { type Asked, Fetching, type Shelf } from "./fetching.ts";
export { type ReferAsk, type Referred, type Report, readRefer } from "./refer-ask.ts";
export { ReferProgress, reportInDialog } from "./refer-reports.ts";
