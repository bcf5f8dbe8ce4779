/** Controlling function: a participant wants others in, or out. Clauses 7.7 and 7.12, RFC 3515, RFC 4488, RFC 4579 §5.5, §5.11 */
import { type GroupRights, isRefusal, type Refusal, refuse } from "@parlance/im";
import { REFER_SUB_FALSE, ReferSub, type SipRequest } from "@parlance/sip";
import type { Edit } from "../../ports/index.ts";
import { type ReferAsk, type Referred, type Report, readRefer } from "../../referral/index.ts";
import { addParticipant } from "./add-participant.ts";
import type { Conference } from "./conference.ts";
import { expelParticipant } from "./expel-participant.ts";
import { type Hosting, rightsFor } from "./hosting.ts";
import type { Participant } from "./participant.ts";
import { isRecorder, recordSession } from "./record-session.ts";

export interface ReferFacts {
  readonly exists: boolean;
  /** Whoever asks is in. */
  readonly participates: boolean;
  readonly ask: ReferAsk | Refusal;
  readonly rights: Pick<GroupRights, "addUsers" | "expel">;
  /** Nobody new is let in. */
  readonly locked: boolean;
  /** Those who are in or asked already, and how many there may be. */
  readonly count: number;
  readonly most: number;
  /** Of the targets, those who would be new. */
  readonly newcomers: number;
}

export type ReferJudgement = Refusal | { readonly kind: "refer"; readonly ask: ReferAsk };

/** In the order of the tables of 7.7 and 7.12. */
export function judgeReferral(facts: ReferFacts): ReferJudgement {
  const { ask, rights } = facts;
  if (!facts.exists) return refuse("no such conference");
  if (!facts.participates) return refuse("no adding");
  if (isRefusal(ask)) return ask;
  const methods = new Set(ask.targets.map(({ method }) => method));
  if (methods.has("INVITE") && !rights.addUsers) return refuse("no adding");
  if (methods.has("INVITE") && facts.locked && !rights.expel) return refuse("locked");
  if (methods.has("BYE") && !rights.expel) return refuse("no expelling");
  if ([...methods].some((method) => method !== "INVITE" && method !== "BYE")) {
    return refuse("no adding");
  }
  if (facts.count + facts.newcomers > facts.most) return refuse("conference full");
  return { kind: "refer", ask };
}

export interface ReferAnswer {
  readonly edit: Edit;
  readonly silent: boolean;
  /** Does what was asked. Called when the answer has been given. */
  perform(report: Report): void;
}

export function refer(
  request: SipRequest,
  by: Participant | undefined,
  conference: Conference,
  on: Hosting,
): ReferAnswer | Refusal {
  const { history } = on.options;
  const said = readRefer(request, conference.limit);
  const recorders = isRefusal(said) ? [] : said.targets.filter((one) => isRecorder(one, history));
  const ask = isRefusal(said)
    ? said
    : { ...said, targets: said.targets.filter((one) => !recorders.includes(one)) };
  const judgement = judgeReferral({
    exists: !conference.over,
    participates: by?.state === "present",
    ask,
    rights: by === undefined ? NOTHING : rightsFor(by.originator, conference, on),
    locked: conference.locked,
    count: conference.count + conference.inviting.pending,
    most: conference.limit,
    newcomers: isRefusal(ask) ? 0 : ask.targets.filter((one) => isNew(one, conference)).length,
  });
  if (judgement.kind === "refusal") return judgement;
  if (by === undefined) return refuse("no adding");
  const { targets, silent } = judgement.ask;
  // Each of them is a request of ours: as many as he might send himself.
  if (!targets.every(() => on.ports.mayWrite(by.address))) {
    return refuse("overload", [["Retry-After", "5"]]);
  }
  const wantsSilence = request.has(ReferSub);
  return {
    silent,
    edit: (answer) => {
      if (silent && wantsSilence) answer.set(ReferSub, REFER_SUB_FALSE);
    },
    perform(report) {
      for (const recorder of recorders) report(recordSession(recorder, by, conference));
      for (const target of targets) {
        if (target.method === "BYE") report(expelParticipant(target, conference));
        else addParticipant({ target, by, report }, conference, on);
      }
    },
  };
}

const NOTHING = { addUsers: false, expel: false };

function isNew({ method, text }: Referred, conference: Conference): boolean {
  return method === "INVITE" && conference.people.named(text)?.state !== "present";
}
