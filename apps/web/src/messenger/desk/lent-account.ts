/**
 * Who does not stay signed in is signed in for as long as a tab of his is there: one that is opened beside it gets from it what
 * lets in. Nothing but pages of this origin can speak on such a channel.
 */
import { LENDS, type SavedAccount } from "./accounts.ts";

const CHANNEL = "parlance account";
/** A tab in the background answers late. */
const WAIT_MS = 2_000;

type Said =
  | { readonly say: "who"; readonly from: string }
  | { readonly say: "this one"; readonly to: string; readonly account: SavedAccount };

/** Answers tabs that ask, until that is over. It holds a lock meanwhile, so that nobody asks and waits for nothing. */
export function lendAccount(account: SavedAccount, over: AbortSignal): void {
  if (over.aborted) return;
  const channel = new BroadcastChannel(CHANNEL);
  const ended = new Promise<void>((resolve) => over.addEventListener("abort", () => resolve()));
  channel.addEventListener("message", ({ data }: MessageEvent<Said>) => {
    if (data.say !== "who") return;
    const said: Said = { say: "this one", to: data.from, account };
    channel.postMessage(said);
  });
  const held = navigator.locks.request(LENDS, { mode: "shared" }, () => ended);
  held.catch(() => {}).finally(() => channel.close()); // or the page goes
}

/** Undefined where no other tab answers. */
export async function borrowAccount(): Promise<SavedAccount | undefined> {
  const channel = new BroadcastChannel(CHANNEL);
  const from = crypto.randomUUID();
  const answer = Promise.withResolvers<SavedAccount | undefined>();
  const timer = setTimeout(() => answer.resolve(undefined), WAIT_MS);
  channel.addEventListener("message", ({ data }: MessageEvent<Said>) => {
    if (data.say === "this one" && data.to === from) answer.resolve(data.account);
  });
  const said: Said = { say: "who", from };
  channel.postMessage(said);
  try {
    return await answer.promise;
  } finally {
    clearTimeout(timer);
    channel.close();
  }
}
