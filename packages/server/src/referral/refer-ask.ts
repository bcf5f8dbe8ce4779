/** A REFER to a session, read as far as its checks go. Clause 7.7, RFC 3515, RFC 5368 */
import { parseLeaves, parseRecipientLists, partWithId } from "@parlance/formats";
import { isRefusal, type Refusal, refuse } from "@parlance/im";
import {
  formatUri,
  judgeRefer,
  MULTIPLE_REFER,
  NO_REFER_SUB,
  Params,
  parseUri,
  type ReferTarget,
  Require,
  readReferTarget,
  type SipRequest,
  type Uri,
} from "@parlance/sip";
import { parsed } from "@parlance/wire";
import { keyOf } from "../address-key.ts";

export interface ReferAsk {
  readonly targets: readonly Referred[];
  /** No subscription comes of it. RFC 4488 §4 */
  readonly silent: boolean;
}

export interface Referred {
  /** INVITE brings in, BYE sends away. */
  readonly method: string;
  readonly uri: Uri;
  readonly text: string;
  /** What it is to be called, where that is said. */
  readonly subject: string | undefined;
}

/** Hears how the one request fares that somebody wants to hear of. RFC 3515 §2.4.5 */
export type Report = (status: number) => void;

type OneTarget = Extract<ReferTarget, { readonly kind: "one" }>;

const KNOWN: ReadonlySet<string> = new Set([MULTIPLE_REFER, NO_REFER_SUB, "tdialog"]);

/** Item 3 of the table. `most`: targets of a list. */
export function readRefer(request: SipRequest, most: number): ReferAsk | Refusal {
  const read = parsed(() => readTargets(request, most));
  return read.ok ? read.value : refuse("bad body"); // headers that cannot be read
}

function readTargets(request: SipRequest, most: number): ReferAsk | Refusal {
  const unknown = (request.get(Require) ?? []).filter((tag) => !KNOWN.has(tag.toLowerCase()));
  if (unknown.length > 0) return refuse("unknown extension", [["Unsupported", unknown.join(", ")]]);
  const verdict = judgeRefer(request);
  if (verdict.do === "refuse") {
    if (verdict.status === 400) return refuse("bad body");
    return refuse("extension required", [["Require", MULTIPLE_REFER]]);
  }
  const { target, silent } = verdict;
  if (target.kind === "one") return { targets: [referred(target)], silent };
  const listed = readList(request, target.contentId, most);
  return isRefusal(listed) ? listed : { targets: listed, silent };
}

function readList(
  request: SipRequest,
  contentId: string,
  most: number,
): readonly Referred[] | Refusal {
  const headers = (["Content-Type", "Content-ID", "Content-Disposition"] as const).flatMap(
    (name) => {
      const value = request.text(name);
      return value === undefined ? [] : [[name, value] as const];
    },
  );
  const parts = parseLeaves({ headers, content: request.body });
  const part = parts.ok ? partWithId(parts.value, contentId) : undefined;
  if (part === undefined) return refuse("no list");
  // Two spellings of one address are one; what is to be done with it is said beside the address.
  const read = parseRecipientLists([part.content], { most, key: keyOf });
  if (!read.ok) return refuse(read.because === "too many" ? "list too long" : "bad list");
  const targets = read.recipients.map(({ uri }) => parsed(() => targetOf(uri)));
  if (!targets.every((target) => target.ok)) return refuse("bad list");
  return targets.map(({ value }) => value);
}

function referred({ method, uri, headers }: OneTarget): Referred {
  const subject = headers.find(([name]) => name.toLowerCase() === "subject")?.[1];
  return { method, uri, text: formatUri(uri), subject };
}

function targetOf(text: string): Referred {
  const target = readReferTarget({ name: undefined, uri: parseUri(text), params: Params.none });
  if (target.kind === "list") throw new RangeError("a list in a list");
  return referred(target);
}
