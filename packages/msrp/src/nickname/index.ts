/** Nicknames in chat rooms. RFC 7701 §7 */
export { readNickname } from "./nickname-request.ts";
export { formatUseNickname, parseUseNickname } from "./use-nickname.ts";
