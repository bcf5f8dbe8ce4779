/**
 * Who does not stay signed in is signed in for as long as a tab of his is there: one that is opened beside it gets from it what
 * lets in. Nothing but pages of this origin can speak on such a channel.
 */
import type { SavedAccount } from "./accounts.ts";

const CHANNEL = "parlance account";
/** Held by those that can answer, so that nobody waits for nothing. */
const LOCK = "parlance account";
/** A tab in the background answers late. */
const WAIT_MS = 2_000;

type Said =
  | { readonly say: "who"; readonly from: string }
  | { readonly say: "this one"; readonly to: string; readonly account: SavedAccount };

/** Answers tabs that ask. Returns what ends that. */
export function lendAccount(account: SavedAccount): () => void {
  const channel = new BroadcastChannel(CHANNEL);
  const over = Promise.withResolvers<void>();
  channel.addEventListener("message", ({ data }: MessageEvent<Said>) => {
    if (data.say !== "who") return;
    const said: Said = { say: "this one", to: data.from, account };
    channel.postMessage(said);
  });
  navigator.locks.request(LOCK, { mode: "shared" }, () => over.promise).catch(() => {}); // the page goes
  return () => {
    channel.close();
    over.resolve();
  };
}

/** Undefined where no other tab has one. */
export async function borrowAccount(): Promise<SavedAccount | undefined> {
  const { held = [] } = await navigator.locks.query();
  if (held.every(({ name }) => name !== LOCK)) return undefined;
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
