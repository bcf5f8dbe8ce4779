/**
 * The last part of the way: participating function of the target user, his contacts, and what becomes of what they do not take.
 */
import { DEFERRED, formatWarning, isRefusal, refuse } from "@parlance/im";
import type { SipResponse } from "@parlance/sip";
import type {
  Binding,
  Decisions,
  Edit,
  Failure,
  Log,
  Onward,
  Passage,
  TakeOver,
  Verdict,
} from "../ports/index.ts";
import { type Asker } from "./asker.ts";
import { AFTER_FAILURE, ANCHORING, decided, TERMINATING, takenBy } from "./decided.ts";
import type { Account } from "./directory.ts";
import type { ForkEnd } from "./fork.ts";
import type { Forwarder } from "./forwarder.ts";
import type { Home } from "./home.ts";
import { onwardToContacts } from "./onward.ts";
import { edited } from "./passage.ts";
import { wakeAfterFailure } from "./push/wait-for-device.ts";
import type { Waking } from "./push/waking.ts";
import { RegisteredContact } from "./registrar/contact.ts";
import { passBack } from "./routes.ts";
import { asAnother, asAsked } from "./second-try.ts";
import type { Functions } from "./served-functions.ts";

export interface UserWayPorts {
  readonly home: Home;
  readonly waking: Waking;
  readonly forwarder: Pick<Forwarder, "toContacts">;
  readonly log: Log;
  readonly decisions: Decisions;
  /** Made when the way is. */
  serving(): Functions;
}

type Forwarding = Extract<Verdict, { readonly do: "forward" }>;

export class UserWay {
  readonly #ports: UserWayPorts;

  constructor(ports: UserWayPorts) {
    this.#ports = ports;
  }

  /** Participating function of the target user, who has these contacts. */
  toUser(
    passage: Passage,
    account: Account,
    contacts: readonly RegisteredContact[],
    asker: Asker,
  ): void {
    const verdict = this.#serving.terminating.judge(passage, account.user, contacts);
    this.#ports.decisions.tell?.(decided(TERMINATING, verdict, passage, [account.user.address]));
    if (verdict.do === "pass") {
      this.#toContacts(
        edited(passage, verdict.edit),
        account,
        { do: "forward", bindings: contacts },
        asker,
      );
      return;
    }
    this.#carryOut(verdict, passage, account, asker);
  }

  #carryOut(verdict: Verdict, passage: Passage, account: Account, asker: Asker): void {
    switch (verdict.do) {
      case "forward":
        return this.#toContacts(edited(passage, verdict.edit), account, verdict, asker);
      case "defer":
        return this.#defer(passage, account, asker);
      case "refuse":
        return asker.refuse(verdict.refusal);
      case "answer":
        return asker.reply(verdict.status, verdict.edit);
      case "taken":
        return;
      case "pass":
        throw new Error("passing is settled by whoever asked");
    }
  }

  #toContacts(passage: Passage, account: Account, { bindings }: Forwarding, asker: Asker): void {
    if (bindings.length === 0) return asker.refuse(refuse("unreachable"));
    // A user who talks in a session with a phone that holds none hears it there.
    const brought =
      passage.request.method === "MESSAGE"
        ? this.#serving.sessions?.bring(passage, account.user)
        : undefined;
    if (brought === undefined) return this.#toDevices(passage, account, bindings, asker);
    const toDevices = (): void => this.#toDevices(passage, account, bindings, asker);
    const inSession = (): void => {
      this.#serving.recording.received(passage, account.user);
      asker.reply(200);
    };
    brought.then(
      (through) => this.guarded(asker, through ? inSession : toDevices),
      (error: unknown) => this.broken(error, asker),
    );
  }

  #toDevices(passage: Passage, account: Account, bindings: readonly Binding[], asker: Asker): void {
    const contacts = own(bindings);
    if (passage.request.method !== "INVITE") {
      return this.#try(passage, account, contacts, asker);
    }
    const onward = onwardToContacts(passage, account.user, contacts, this.#ports.forwarder);
    const instead = (status: number, takeOver: TakeOver): boolean =>
      this.#isReceived(passage, account, { status, tried: contacts, again: false }, takeOver);
    if (this.isTaken(passage, { ...onward, instead }, asker)) return;
    const translated = this.#serving.sessions?.translated(passage);
    this.#try(edited(passage, translated), account, contacts, asker);
  }

  /** Does the server go between the two sides of this session itself? */
  isTaken(passage: Passage, onward: Onward, asker: Asker): boolean {
    const { sessions } = this.#serving;
    if (passage.request.method !== "INVITE" || sessions === undefined) return false;
    const verdict = sessions.take(passage, onward);
    if (verdict.do !== "pass") this.#ports.decisions.tell?.(decided(ANCHORING, verdict, passage));
    if (verdict.do === "refuse") asker.refuse(verdict.refusal);
    return verdict.do !== "pass";
  }

  /** A large message for devices that did not answer: does deferred messaging take it? */
  #isReceived(passage: Passage, { user }: Account, failure: Failure, takeOver: TakeOver): boolean {
    const { terminating, deferral } = this.#serving;
    if (terminating.judgeFailure(passage, user, failure).do !== "defer") return false;
    return deferral.receive(passage, user, takeOver).do === "taken";
  }

  #try(passage: Passage, account: Account, bindings: readonly Binding[], asker: Asker): void {
    this.forward(passage, own(bindings), asker, (end) => {
      if (end.status < 300) return this.#arrived(passage, account, end, asker);
      const failure = { status: end.status, tried: bindings, again: false };
      const verdict = this.#serving.terminating.judgeFailure(passage, account.user, failure);
      if (verdict.do === "defer") {
        wakeAfterFailure(passage, account.user, own(bindings), this.#ports.waking);
      }
      this.#ports.decisions.tell?.(
        decided(AFTER_FAILURE, verdict, passage, [account.user.address]),
      );
      if (verdict.do === "pass") return passBack(end, asker);
      if (verdict.do === "forward") return this.#tryAgain(passage, account, verdict, asker);
      this.#carryOut(verdict, passage, account, asker);
    });
  }

  #arrived(passage: Passage, { user }: Account, end: ForkEnd, asker: Asker): void {
    if (passage.request.method === "MESSAGE") this.#serving.recording.received(passage, user);
    passBack(end, asker);
  }

  /** The second round, and the last. */
  #tryAgain(
    passage: Passage,
    account: Account,
    { bindings, edit }: Forwarding,
    asker: Asker,
  ): void {
    const { request } = passage;
    const again = edited(passage, asAnother(request, edit));
    this.forward(again, own(bindings), asker, (end) => {
      const told = asAsked(end, request);
      if (end.status < 300) return this.#arrived(passage, account, told, asker);
      const failure = { status: end.status, tried: bindings, again: true };
      const verdict = this.#serving.terminating.judgeFailure(passage, account.user, failure);
      if (verdict.do === "pass" || verdict.do === "forward") return passBack(told, asker);
      this.#carryOut(verdict, passage, account, asker);
    });
  }

  forward(
    passage: Passage,
    contacts: readonly RegisteredContact[],
    asker: Asker,
    end: (end: ForkEnd) => void,
  ): void {
    this.#ports.forwarder.toContacts(passage, contacts, {
      provisional: (response: SipResponse) => asker.pass(response),
      late: (response: SipResponse) => asker.pass(response),
      end: (result: ForkEnd) => this.guarded(asker, () => end(result)),
      cancellable: (cancel: () => void) => asker.onCancel(cancel),
    });
  }

  #defer(passage: Passage, account: Account, asker: Asker): void {
    this.#ports.decisions.tell?.(takenBy("deferred messaging", passage));
    if (passage.request.method === "INVITE") {
      const verdict = this.#serving.deferral.receive(passage, account.user);
      if (verdict.do === "refuse") asker.refuse(verdict.refusal);
      return;
    }
    this.#serving.deferral.store(passage, account.user).then(
      (stored) =>
        isRefusal(stored)
          ? asker.refuse(stored)
          : asker.reply(202, sayDeferred(this.#ports.home.domain)),
      (error: unknown) => this.broken(error, asker),
    );
  }

  /** What happens after an answer came has nobody above it who would answer for a mistake. */
  guarded(asker: Asker, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.broken(error, asker);
    }
  }

  /** A mistake of ours, or a store that fails: the asker is told, and so is the log. */
  broken(error: unknown, asker: Asker): void {
    this.#ports.log.error("function failed", { error: String(error) });
    asker.refuse(refuse("failure"));
  }

  get #serving(): Functions {
    return this.#ports.serving();
  }
}

/** Tells a message that is kept from one that is only being copied to many. RFC 3261 §20.43 */
function sayDeferred(domain: string): Edit {
  return (edit) => edit.setText("Warning", formatWarning(domain, DEFERRED));
}

/** Bindings are made by the registrar alone, whatever functions have chosen among them. */
function own(bindings: readonly Binding[]): readonly RegisteredContact[] {
  return bindings.filter((binding) => binding instanceof RegisteredContact);
}
