/** What functions have in common that bring something to a user's devices by an INVITE of the server's own. */
export { type BringPorts, bringTo } from "./bring-to.ts";
export {
  dislikesEnvelope,
  judgeFilePush,
  judgeLongPush,
  judgePush,
  type PushJudgement,
  type PushResult,
} from "./judge-push.ts";
export { LARGE_FEATURES, NOTHING_MORE } from "./nothing-more.ts";
