export type { TokenKeys } from "./bearer-tokens.ts";
export { claimedUser } from "./claimed-user.ts";
export { tokenIssuer } from "./issue-token.ts";
export {
  type WebAuthenticationOptions,
  type WebAuthenticationPorts,
  WebAuthenticator,
} from "./web-authenticator.ts";
