/** The four transactions as tables. RFC 3261 §17, RFC 6026, RFC 4320 */
export { type InviteClient, inviteClient, inviteClientOn } from "./invite-client.ts";
export { type InviteServer, inviteServer, inviteServerOn } from "./invite-server.ts";
export { clientKey, MAGIC_COOKIE, responseKey, serverKey } from "./key.ts";
export {
  type Alarm,
  BASE_TIMING,
  type Machine,
  nextAlarm,
  type Plan,
  type Row,
  type Running,
  type Step,
  start,
  step,
  type Timing,
  type Vocabulary,
} from "./machine.ts";
export { type NonInviteClient, nonInviteClient, nonInviteClientOn } from "./non-invite-client.ts";
export { type NonInviteServer, nonInviteServer, nonInviteServerOn } from "./non-invite-server.ts";
