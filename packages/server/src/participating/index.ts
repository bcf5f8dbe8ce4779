/** What the rest of the server uses of the participating function. */
export { type OriginatingOptions, originating } from "./originating.ts";
export {
  openRules,
  type TerminatingOptions,
  type TerminatingPorts,
  terminating,
} from "./terminating.ts";
