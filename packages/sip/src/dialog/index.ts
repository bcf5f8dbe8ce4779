/** Dialogs as values, and the table that finds them. RFC 3261 §12, RFC 3891, RFC 4538 */
export { type AcceptedInvite, acceptedInvite, acceptedInviteOn } from "./accepted-invite.ts";
export {
  afterRequest,
  afterResponse,
  confirmed,
  type Dialog,
  dialogOfCallee,
  dialogOfCaller,
  dialogOfSubscriber,
} from "./dialog.ts";
export { type DialogId, dialogKey, idOfRequest, idOfResponse, tagOf } from "./id.ts";
export { keepInvite } from "./kept-invite.ts";
export { judgeReplaces, type ReplacesVerdict } from "./replaces.ts";
export { ackOf, type DialogRequest, nextRequest } from "./request.ts";
export { DialogTable, type InDialog } from "./table.ts";
