/** The four transactions as tables. RFC 3261 §17, RFC 6026, RFC 4320 */

export {
  type Alarm,
  type Machine,
  nextAlarm,
  type Plan,
  type Row,
  type Running,
  type Step,
  start,
  step,
  type Vocabulary,
} from "@parlance/wire";
export { type InviteClient, inviteClient, inviteClientOn } from "./invite-client.ts";
export { type InviteServer, inviteServer, inviteServerOn } from "./invite-server.ts";
export { clientKey, MAGIC_COOKIE, responseKey, serverKey } from "./key.ts";
export { type NonInviteClient, nonInviteClient, nonInviteClientOn } from "./non-invite-client.ts";
export { type NonInviteServer, nonInviteServer, nonInviteServerOn } from "./non-invite-server.ts";
export { BASE_TIMING, type Timing } from "./timing.ts";
