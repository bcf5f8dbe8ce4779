/** Service settings. RFC 4354, Appendix E.2 */
export { formatImSettings } from "./format-settings.ts";
export { type EntitySettings, IM_SETTINGS_TYPE, type ImSettings } from "./im-settings.ts";
export { parseImSettings } from "./parse-settings.ts";
