/** message/cpim: read, write, change single headers. */
export { type Cpim, type Extension, parseCpim, readCpim, type Subject } from "./cpim.ts";
export { type CpimChanges, editCpim, type Removal } from "./edit-cpim.ts";
export { escapeHeader, unescapeHeader } from "./escapes.ts";
export { formatCpim } from "./format-cpim.ts";
export { CPIM_LIMITS, type CpimLimits } from "./head.ts";
export { formatNamedUri, type NamedUri, readNamedUri } from "./named-uri.ts";
export { CPIM_HEADERS, type HeaderName } from "./names.ts";
export { unknownRequirements } from "./require.ts";
