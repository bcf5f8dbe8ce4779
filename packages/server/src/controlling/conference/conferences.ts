/** Controlling function of session mode: what comes to the factory, to groups and to sessions. OMA IM 2.5, 7.2 */
import { asksFor, formatWarning, IM_TAG, isRefusal, type Refusal, refuse } from "@parlance/im";
import {
  addressKey,
  Expires,
  Require,
  referEvent,
  type ServerTransaction,
  SipETag,
  type SipUri,
  TargetDialog,
} from "@parlance/sip";
import { utf8Text } from "@parlance/wire";
import type { Edit, MaybePromise, Originator, Owner, Passage, Verdict } from "../../ports/index.ts";
import { ReferProgress, reportInDialog } from "../../referral/index.ts";
import type { Group } from "../model.ts";
import { TAKEN } from "./admit.ts";
import { type Ask, readAsk, rejectsFocus } from "./ask.ts";
import type { Conference, ConferenceProcedures } from "./conference.ts";
import type { Device } from "./device.ts";
import { expel } from "./expel-participant.ts";
import { focusContact } from "./focus-face.ts";
import { forgetGoneRooms } from "./forget-gone-rooms.ts";
import type { Hosting } from "./hosting.ts";
import { joinByMessage, LEAVE } from "./join-by-message.ts";
import { joinPredefinedGroup } from "./join-predefined-group.ts";
import { judgeMessage, messageToSession } from "./message-to-session.ts";
import { moderate } from "./moderate.ts";
import { modifySession } from "./modify-session.ts";
import { offerAliasPage } from "./offer-alias-page.ts";
import type { Participant } from "./participant.ts";
import { PhoneDevice } from "./phone-device.ts";
import type { ConferenceOptions, ConferencePorts } from "./ports.ts";
import { refer } from "./refer.ts";
import { Registry } from "./registry.ts";
import { rejoin } from "./rejoin.ts";
import { setUpAdHocGroup } from "./set-up-ad-hoc-group.ts";
import { setUpPredefinedGroup } from "./set-up-predefined-group.ts";
import { speakingDevice } from "./speaking-device.ts";
import { subscribeConferenceState } from "./subscribe-conference-state.ts";
import { toGroup, toList } from "./to-many.ts";
import { toSession } from "./to-session.ts";
import { wishAlias } from "./wish-alias.ts";

const TAG_BITS = 64;

export class Conferences implements Owner {
  readonly name = "controlling function of sessions";
  readonly #hosting: Hosting;
  readonly #registry: Registry;

  constructor(ports: ConferencePorts, options: ConferenceOptions) {
    this.#registry = new Registry(ports, options);
    const procedures: ConferenceProcedures = {
      modified: (conference, device, offer) =>
        modifySession({ device, offer, propagate: options.propagatesMedia }, conference),
      requested: (conference, device, transaction) =>
        this.#requested(conference, device, transaction),
      wishes: wishAlias,
      joined: (conference, participant) => {
        const { aliasPages } = ports;
        if (aliasPages !== undefined) offerAliasPage(participant, conference, aliasPages);
      },
      over: (conference) => this.#registry.close(conference),
    };
    this.#hosting = { ports, options, registry: this.#registry, procedures };
  }

  get count(): number {
    return this.#registry.count;
  }

  /** Who is in any of them; whoever is in two counts twice. */
  get participants(): number {
    return [...this.#registry].reduce((sum, { count }) => sum + count, 0);
  }

  /** Sessions of the user who is in most. */
  get most(): number {
    return this.#registry.most;
  }

  /** Sessions that a user is in. */
  running(address: string): number {
    return this.#registry.running(address);
  }

  /** Those that run. */
  [Symbol.iterator](): IterableIterator<Conference> {
    return this.#registry[Symbol.iterator]();
  }

  /** How many are in the session of a group. */
  present(group: string): number {
    return this.ofGroup(group)?.count ?? 0;
  }

  /** The session of a group, while it runs. */
  ofGroup(identity: string): Conference | undefined {
    return this.#registry.ofGroup(identity);
  }

  /** The session that runs, by its own identity or that of its group. */
  named(identity: string): Conference | undefined {
    return this.#registry.named(identity);
  }

  /** His account is gone: he leaves, and is not remembered. */
  forget(address: string): void {
    for (const conference of this.#registry) {
      conference.disown(address);
      const one = conference.people.get(address);
      if (one === undefined) continue;
      for (const device of one.devices) device.end("account removed");
      if (one.state === "invited") conference.inviting.uninvite(one);
      conference.room.forget(address);
      if (one.state !== "present") conference.people.forget(one);
    }
  }

  /** He wants no sessions: he is to be asked no more, wherever his devices ring. Clause 3.2.2, IM-5.2.4-08a */
  barred(address: string): void {
    const { status } = refuse("barred");
    for (const conference of this.#registry) {
      const one = conference.people.get(address);
      if (one?.state === "invited") conference.inviting.uninvite(one, status);
    }
  }

  /** The operator sends somebody away, until the session ends. */
  expel(conference: Conference, participant: Participant): void {
    expel(participant, conference);
  }

  /** The document of a group says something else, or is gone. Clauses 16.6, 17.3 */
  groupChanged(identity: string, group: Group | undefined): void {
    const conference = this.#registry.ofGroup(identity);
    if (group === undefined) {
      conference?.end("session ended");
      return this.#hosting.ports.rooms.forget(identity);
    }
    if (conference === undefined) return;
    for (const one of conference.regroup(group)) if (!conference.over) expel(one, conference);
  }

  /** Identities of sessions; those that mean nothing any more as well. Clause 7.13 */
  owns(uri: SipUri): boolean {
    return /^im-[0-9a-f]{24}$/.test(uri.user ?? "");
  }

  /** A MESSAGE to it is heard in the session that runs: of a session itself, and of a chat room. Clause 11.6 */
  hears(target: SipUri, by: Originator | undefined): boolean {
    if (this.owns(target)) return true;
    const key = addressKey(target);
    if (this.#hosting.ports.groups.find(key)?.inviteMembers === false) return true;
    // Who is in a session of the group by a phone alone says it there.
    const one = by && this.#registry.ofGroup(key)?.people.get(by.address);
    return [...(one?.devices ?? [])].some((device) => device instanceof PhoneDevice);
  }

  serve(passage: Passage, target: SipUri): MaybePromise<Verdict> {
    switch (passage.request.method) {
      case "INVITE":
        return this.#invite(passage, addressKey(target));
      case "SUBSCRIBE":
        return this.#subscribe(passage, addressKey(target));
      case "REFER":
        return this.#refer(passage, addressKey(target));
      case "MESSAGE":
        return this.#message(passage, addressKey(target));
      default:
        return no(refuse("unknown method", [["Allow", "INVITE, SUBSCRIBE, REFER, MESSAGE"]]));
    }
  }

  /** Before the first request is taken. */
  async start(): Promise<void> {
    const { ports, procedures } = this.#hosting;
    await this.#registry.restore(procedures);
    await forgetGoneRooms((identity) => this.#registry.named(identity) !== undefined, ports);
  }

  /** Sessions outlive it: those who are in them come back. */
  stop(): void {
    for (const conference of this.#registry) conference.halt();
  }

  #invite(passage: Passage, key: string): Verdict {
    const { ports, options } = this.#hosting;
    if (rejectsFocus(passage.request)) return no(refuse("unreachable"));
    const ask = readAsk(passage, options.untagged, options.phones !== undefined);
    if (ask.purpose !== "conversation") return this.#spread(ask, key);
    if (key === options.factory) return setUpAdHocGroup(ask, this.#hosting);
    const group = ports.groups.find(key);
    if (group?.inviteMembers === true) return setUpPredefinedGroup(ask, group, this.#hosting);
    if (group !== undefined) return joinPredefinedGroup(ask, group, this.#hosting);
    const conference = this.#registry.find(key);
    if (conference !== undefined) return rejoin(ask, conference, this.#hosting);
    return no(refuse(ask.isOurs ? "no such conference" : "no feature tag")); // clause 7.5
  }

  /** One message, or files, in a session of their own. */
  #spread(ask: Ask, key: string): Verdict {
    const { ports, options } = this.#hosting;
    const { spreading } = ports;
    if (spreading === undefined) return no(refuse("no common media"));
    if (key === options.factory) return toList(ask, spreading, this.#hosting);
    const group = ports.groups.find(key);
    if (group?.inviteMembers === true) return toGroup(ask, group, spreading, this.#hosting);
    const conference = this.#registry.named(key);
    if (conference === undefined && group === undefined) {
      return no(refuse(ask.isOurs ? "no such conference" : "no feature tag")); // clause 7.5
    }
    return toSession(ask, conference, spreading, this.#hosting);
  }

  async #message(passage: Passage, key: string): Promise<Verdict> {
    const { request, originator, content } = passage;
    const { ports, options } = this.#hosting;
    const came = this.#comesByMessage(passage, key);
    if (came !== undefined) return no(came);
    const conference = this.#registry.named(key);
    const from = originator && conference?.people.get(originator.address);
    const bytes = content.bytes.ok ? content.bytes.value : new Uint8Array();
    const phone = [...(from?.devices ?? [])].find((device) => device instanceof PhoneDevice);
    if (phone !== undefined && content.mediaType === "text/plain" && LEAVE.test(utf8Text(bytes))) {
      phone.end("left");
      return { do: "answer", status: 202 };
    }
    const refusal = judgeMessage({
      isOurs: options.untagged === "serve" || asksFor(request, IM_TAG),
      exists: conference !== undefined || ports.groups.find(key) !== undefined,
      originator,
      participates: from?.state === "present",
      unknownExtensions: request.get(Require) ?? [],
      hasBody: content.sizeBytes > 0,
    });
    if (refusal !== undefined) return no(refusal);
    if (conference === undefined || from === undefined) return no(refuse("no such conference"));
    const now = ports.clock.now();
    const by = speakingDevice(passage, from, ports.way);
    const objection = await messageToSession({ request, content, now }, from, conference, by);
    return objection === undefined ? { do: "answer", status: 202 } : no(objection);
  }

  /** A phone that holds no sessions writes to a chat room: it is in from now on. Undefined unless it may not. */
  #comesByMessage({ request, originator }: Passage, key: string): Refusal | undefined {
    const { ports, options } = this.#hosting;
    const group = ports.groups.find(key);
    if (options.phones === undefined || group?.inviteMembers !== false) return undefined;
    if (originator?.user === undefined || asksFor(request, IM_TAG)) return undefined;
    const live = this.#registry.ofGroup(key)?.people.get(originator.address);
    if (live?.state === "present" && !live.awaited) return undefined;
    const joined = joinByMessage(originator, request.from.name, group, this.#hosting);
    return isRefusal(joined) ? joined : undefined;
  }

  /** Out of the dialogs of its session. */
  #refer(passage: Passage, key: string): Verdict {
    const { calls, notifier } = this.#hosting.ports;
    const { request, originator, transaction } = passage;
    const conference = this.#registry.named(key);
    if (conference === undefined || originator === undefined || transaction === undefined) {
      return no(refuse("no such conference"));
    }
    const reference = request.get(TargetDialog);
    const call = reference && calls.ofTarget(reference);
    if (
      reference !== undefined &&
      (call === undefined || conference.deviceOf(call) === undefined)
    ) {
      return no(refuse("no such dialog")); // RFC 4538 §3.4
    }
    const by = conference.people.get(originator.address);
    const answer = refer(request, by, conference, this.#hosting);
    if (isRefusal(answer)) return no(answer);
    transaction.reply(202, undefined, this.#words(answer.edit));
    if (answer.silent) answer.perform(() => undefined);
    else {
      const contact = (towards: Parameters<ReferProgress["contact"]>[0]) =>
        focusContact(calls, towards, conference.user);
      const progress = new ReferProgress(conference.identity, contact);
      notifier.implied(passage, referEvent(request.cseq.number), progress);
      answer.perform(progress.report);
    }
    return TAKEN;
  }

  /** In the dialog of a session. */
  #requested(
    conference: Conference,
    device: Device,
    transaction: ServerTransaction,
  ): boolean | Promise<void> {
    const { request } = transaction;
    if (request.method === "MESSAGE") return this.#said(conference, device, transaction);
    if (request.method === "PUBLISH") return this.#published(conference, device, transaction);
    if (request.method !== "REFER") return false;
    const answer = refer(request, device.participant, conference, this.#hosting);
    if (isRefusal(answer)) this.#refuse(transaction, answer);
    else {
      const { call } = device;
      transaction.reply(202, undefined, this.#words(answer.edit));
      const silent = answer.silent || call === undefined;
      answer.perform(silent ? () => undefined : reportInDialog(call, request.cseq.number));
    }
    return true;
  }

  /** What is published is done, and not kept: there is nothing to be refreshed. RFC 3903 §6 */
  #published(
    conference: Conference,
    { participant }: Device,
    transaction: ServerTransaction,
  ): boolean {
    const refusal = moderate(transaction.request, participant, conference);
    if (refusal !== undefined) this.#refuse(transaction, refusal);
    else {
      const tag = this.#hosting.ports.random.token(TAG_BITS);
      const done = (answer: Parameters<Edit>[0]): void =>
        void answer.set(SipETag, tag).set(Expires, 0);
      transaction.reply(200, undefined, this.#words(done));
    }
    return true;
  }

  async #said(
    conference: Conference,
    device: Device,
    transaction: ServerTransaction,
  ): Promise<void> {
    const { readContent, clock } = this.#hosting.ports;
    const { request } = transaction;
    const what = { request, content: readContent(request), now: clock.now() };
    const objection =
      request.body.length === 0
        ? refuse("no body")
        : await messageToSession(what, device.participant, conference, device);
    if (objection !== undefined) return this.#refuse(transaction, objection);
    transaction.reply(
      202,
      undefined,
      this.#words(() => undefined),
    );
  }

  #refuse(transaction: ServerTransaction, { status, warning, headers = [] }: Refusal): void {
    const { domain } = this.#hosting.options;
    const edit: Edit = (answer) => {
      if (warning !== undefined) answer.setText("Warning", formatWarning(domain, warning));
      for (const [name, value] of headers) answer.setText(name, value);
    };
    transaction.reply(status, undefined, this.#words(edit));
  }

  #words(edit: Edit): Edit {
    return (answer) => {
      answer.setText("Server", this.#hosting.options.userAgent);
      edit(answer);
    };
  }

  #subscribe(passage: Passage, key: string): Verdict {
    return subscribeConferenceState(passage, this.#registry.named(key), this.#hosting);
  }
}

function no(refusal: Refusal): Verdict {
  return { do: "refuse", refusal };
}
