/** Controlling function for pager mode: the factory that copies to a list, and the groups. OMA IM 8.3 */
import { type Entity, parseCpim, type Recipient } from "@parlance/formats";
import {
  asksFor,
  claimedSender,
  IM_TAG,
  RECIPIENT_LIST_MESSAGE,
  type Refusal,
  refuse,
  type SenderClaim,
} from "@parlance/im";
import { addressKey, Require, type SipUri } from "@parlance/sip";
import { keyOf } from "../address-key.ts";
import type {
  MaybePromise,
  Originator,
  Owner,
  Passage,
  Untagged,
  Verdict,
} from "../ports/index.ts";
import { FanOut, type FanOutOptions, type FanOutPorts, type ToMany } from "./fan-out.ts";
import { rightsIn } from "./hosted-group.ts";
import { type JobLimits, Jobs } from "./jobs.ts";
import { judgeGroup } from "./judge-group.ts";
import { judgeList } from "./judge-list.ts";
import { readListBody } from "./list-body.ts";
import type { Group, Groups } from "./model.ts";
import type { JobPorts } from "./run-job.ts";
import { isEnvelope } from "./template.ts";

export interface ControllingPorts extends FanOutPorts, JobPorts {
  readonly groups: Groups;
  /** Sessions of many; undefined where the server has no switch. */
  readonly conferences: SessionOwner | undefined;
}

/** Sessions of many, as they are addressed. */
export interface SessionOwner extends Owner {
  /** A MESSAGE to it is for a session that runs. */
  hears(target: SipUri, by: Originator | undefined): boolean;
}

export interface ControllingOptions extends FanOutOptions {
  /** Address key of the Conference-factory-URI. IM-8.1.1-06b */
  readonly factory: string;
  readonly untagged: Untagged;
  readonly recipientsPerList: number;
  readonly jobs: JobLimits;
}

const ACCEPTED: Verdict = { do: "answer", status: 202 }; // RFC 5365 §7

export class Controlling implements Owner {
  readonly name = "controlling function";
  readonly #ports: ControllingPorts;
  readonly #options: ControllingOptions;
  readonly #fanOut: FanOut;
  readonly #jobs: Jobs;

  constructor(ports: ControllingPorts, options: ControllingOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#fanOut = new FanOut(ports, options);
    this.#jobs = new Jobs(ports, options.jobs);
  }

  /** Before the first request is taken. */
  start(): Promise<void> {
    return this.#jobs.resume();
  }

  stop(): void {
    this.#jobs.stop();
  }

  owns(uri: SipUri): boolean {
    const key = addressKey(uri);
    const { groups, conferences } = this.#ports;
    if (key === this.#options.factory || groups.find(key) !== undefined) return true;
    return conferences?.owns(uri) === true;
  }

  serve(passage: Passage, target: SipUri): MaybePromise<Verdict> {
    const { request } = passage;
    const { conferences } = this.#ports;
    if (
      conferences !== undefined &&
      (request.method !== "MESSAGE" || conferences.hears(target, passage.originator))
    ) {
      return conferences.serve(passage, target);
    }
    if (request.method !== "MESSAGE") return no(refuse("unknown method", [["Allow", "MESSAGE"]]));
    const key = addressKey(target);
    return key === this.#options.factory ? this.#toList(passage) : this.#toGroup(passage, key);
  }

  #toList(passage: Passage): MaybePromise<Verdict> {
    const { request, originator, content } = passage;
    const whole = wholeBody(passage);
    const body = "kind" in whole ? whole : readListBody(whole, this.#options.recipientsPerList);
    const judgement = judgeList({
      asksForIm: asksFor(request, IM_TAG),
      untagged: this.#options.untagged,
      originator,
      unknownExtensions: (request.get(Require) ?? []).filter(isUnknown),
      body: content.mediaType === undefined ? "missing" : body,
      claim:
        typeof body === "object" && "parts" in body ? claimIn(body.parts, originator) : undefined,
    });
    if (judgement.kind === "refusal") return no(judgement);
    if (originator === undefined) return no(refuse("not authenticated"));
    const { recipients, parts } = judgement.body;
    return this.#accept(passage, originator, { recipients, parts, group: undefined });
  }

  #toGroup(passage: Passage, key: string): MaybePromise<Verdict> {
    const { request, originator, receivedAt } = passage;
    const group = this.#ports.groups.find(key);
    const refusal = judgeGroup({
      asksForIm: asksFor(request, IM_TAG),
      untagged: this.#options.untagged,
      group,
      originator,
      members: new Set([
        ...(group?.members.map(keyOf) ?? []),
        ...(group?.owner ? [group.owner] : []),
      ]),
      mayWrite: group && originator ? rightsIn(group, originator, receivedAt).write : false,
      hasBody: request.body.length > 0,
    });
    if (refusal !== undefined) return no(refusal);
    const whole = wholeBody(passage);
    if ("kind" in whole) return no(whole);
    if (group === undefined || originator === undefined) return no(refuse("no such conference"));
    const recipients = membersOf(group);
    return this.#accept(passage, originator, { recipients, parts: [whole], group: group.identity });
  }

  async #accept(
    { request, receivedAt }: Passage,
    originator: Originator,
    what: Pick<ToMany, "recipients" | "parts" | "group">,
  ): Promise<Verdict> {
    if (this.#jobs.full) {
      this.#ports.hits.hit("copyJobs");
      return no(refuse("overload", [["Retry-After", "5"]]));
    }
    const job = await this.#fanOut.accept({ request, originator, receivedAt, ...what });
    if ("kind" in job) return no(job);
    if (job.recipients.length > 0) this.#jobs.run(job);
    return ACCEPTED;
  }
}

/** The body with its coding undone, under the headers that speak of it. */
function wholeBody({ request, content }: Passage): Entity | Refusal {
  if (!content.bytes.ok) return content.bytes.refusal;
  const headers: [string, string][] = [];
  for (const name of ["Content-Type", "Content-Disposition", "Content-Language"]) {
    const value = request.text(name);
    if (value !== undefined) headers.push([name, value]);
  }
  return { headers, content: content.bytes.value };
}

/** RFC 5365 §5 */
function isUnknown(extension: string): boolean {
  return extension.toLowerCase() !== RECIPIENT_LIST_MESSAGE;
}

/** Whom the envelope among the parts names. */
function claimIn(
  parts: readonly Entity[],
  originator: Originator | undefined,
): SenderClaim | Refusal | undefined {
  const envelope = parts.find(isEnvelope);
  if (envelope === undefined || originator === undefined) return undefined;
  const read = parseCpim(envelope.content);
  if (!read.ok) return refuse("bad body");
  return claimedSender(read.value.from, originator.user?.identities ?? [originator.address]);
}

function membersOf({ members }: Group): readonly Recipient[] {
  return members.map((uri) => ({
    uri,
    displayName: undefined,
    copyControl: undefined,
    anonymize: false,
    count: 1,
  }));
}

function no(refusal: Refusal): Verdict {
  return { do: "refuse", refusal };
}
