/** The lists that the server writes for the user: as documents, or where no document server is known as NOTIFYs. OMA IM 14.4 */
import { type HistoryEntry, parseHistoryList } from "@parlance/formats";
import { ImError } from "../base/errors.ts";
import type { Signal } from "../base/signal.ts";
import type { Watch } from "../connection/watch.ts";
import type { KeptPorts } from "./ports.ts";

export interface ListWanted {
  readonly place: { readonly usage: string; readonly name: string };
  /** Of the document. */
  readonly type: string;
  readonly signal: Signal | undefined;
}

/** There is none, or it cannot be reached. */
const ELSEWHERE: ReadonlySet<string> = new Set(["not supported", "offline", "timeout"]);
const SECONDS = 3_600;
const PATIENCE_MS = 32_000;

export async function keptList(
  wanted: ListWanted,
  ports: Pick<KeptPorts, "documents" | "subscriptions" | "sender" | "clock">,
): Promise<readonly HistoryEntry[]> {
  const { place, signal } = wanted;
  try {
    const document = await ports.documents.read(place, signal === undefined ? {} : { signal });
    return document === undefined ? [] : entriesIn(document.content);
  } catch (error) {
    if (!(error instanceof ImError) || !ELSEWHERE.has(error.code)) throw error;
    return entriesIn(await notified(wanted, ports));
  }
}

function entriesIn(document: Uint8Array): readonly HistoryEntry[] {
  const read = parseHistoryList(document);
  if (!read.ok) throw new ImError("not supported", { cause: read.error });
  return read.value.entries;
}

/** The first of them is enough. */
async function notified(
  { type }: ListWanted,
  { subscriptions, sender, clock }: Pick<KeptPorts, "subscriptions" | "sender" | "clock">,
): Promise<Uint8Array> {
  const first = Promise.withResolvers<Uint8Array>();
  const late = clock.schedule(PATIENCE_MS, () => first.reject(new ImError("timeout")));
  const watch: Watch = subscriptions.watch(
    {
      uri: sender.account,
      event: "sip-profile",
      accept: type,
      seconds: SECONDS,
      account: sender.account,
      userAgent: sender.userAgent,
      anonymous: false,
    },
    {
      notified: (document) => first.resolve(document),
      ended: (_, again) => {
        if (!again) first.reject(new ImError("not supported"));
      },
    },
  );
  try {
    return await first.promise;
  } finally {
    late();
    watch.leave();
  }
}
