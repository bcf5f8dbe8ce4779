/** Phones and a server with rooms and groups, over a network in memory. */
import {
  type ConferenceDocument,
  formatRecipientList,
  makeSessionBody,
  parseConference,
  RESOURCE_LISTS_TYPE,
  type Recipient,
} from "@parlance/formats";
import type { MsrpDialer } from "@parlance/msrp";
import { type Body, Event, Expires, type SipRequest, type SipResponse } from "@parlance/sip";
import { utf8Text } from "@parlance/wire";
import type { ServerConfig } from "../config.ts";
import { type Phone, type PhoneOptions, World } from "../core/world.test.ts";
import type { PushService } from "../ports/index.ts";
import { SessionPhone } from "./session-phone.ts";

export const LOBBY = "sip:lobby@parlance.test";
export const TEAM = "sip:team@parlance.test";
export const FACTORY = "sip:conf-factory@parlance.test";
const PLACE = { secure: false, host: "192.0.2.1", port: 2855 } as const;

const CONFIG: Partial<ServerConfig> = {
  rooms: [{ name: "lobby", displayName: "Lobby", subject: "Anything", moderators: ["alice"] }],
  groups: [{ name: "team", displayName: "Team", members: ["alice", "bob", "carol"] }],
};

/** One who is at the service with a phone, and in sessions with it. */
export interface Somebody {
  readonly phone: SessionPhone;
  readonly below: Phone;
  /** Opens the connection of the session that he is in. */
  connect(): void;
  /** SUBSCRIBE to the state of that conference; the answer. */
  watch(uri?: string, more?: Readonly<Record<string, string>>): Promise<SipResponse>;
  /** What he says to a NOTIFY; undefined: nothing until `answerLate`. */
  answers: number | undefined;
  answerLate(): void;
  /** REFER in the dialog of his session: the status that answers it. */
  refer(to: string, more?: Readonly<Record<string, string>>, body?: Body): Promise<string>;
  /** Results of his REFERs. */
  readonly results: readonly string[];
  /** What he has been told of its state. */
  readonly documents: readonly ConferenceDocument[];
  readonly notified: readonly SipRequest[];
}

export class ConferenceWorld {
  readonly world: World;
  #config: Partial<ServerConfig>;

  constructor(world: World, config: Partial<ServerConfig>) {
    this.world = world;
    this.#config = config;
    this.#listen();
  }

  static async open(
    config: Partial<ServerConfig> = {},
    push?: PushService,
  ): Promise<ConferenceWorld> {
    const all = { ...CONFIG, ...config };
    const noAnswer: MsrpDialer = {
      dial(_, done) {
        queueMicrotask(() => done({ ok: false, failure: { why: "no answer", detail: "" } }));
        return () => {};
      },
    };
    const world = await World.open(all, undefined, noAnswer, push);
    return new ConferenceWorld(world, all);
  }

  /** As kill -9, and a new server over what had become durable. */
  async restart(config: Partial<ServerConfig> = this.#config): Promise<void> {
    this.#config = { ...CONFIG, ...config };
    await this.world.start(this.#config, this.world.crash());
    this.#listen();
  }

  #listen(): void {
    const { media } = this.world.server;
    media?.listens({ ...PLACE, transport: "tcp" });
    media?.listens({ ...PLACE, transport: "ws", port: 8_080 });
  }

  settle(): Promise<void> {
    return this.world.settle();
  }

  pass(ms: number): Promise<void> {
    return this.world.clock.pass(ms);
  }

  async somebody(user: string, more: PhoneOptions = {}): Promise<Somebody> {
    const below = this.world.phone(user, more);
    await below.register();
    return this.with(below, user);
  }

  /** With an account that the world has not made. */
  async newcomer(user: string): Promise<Somebody> {
    await this.world.server.admin.users.add({ name: user, password: `${user}-secret` });
    return this.somebody(user);
  }

  with(below: Phone, user: string): Somebody {
    const phone = new SessionPhone(below, user, this.world);
    const notified: SipRequest[] = [];
    const late: (() => void)[] = [];
    const { serve } = below;
    below.serve = (transaction) => {
      if (transaction.request.method !== "NOTIFY") return serve?.(transaction);
      notified.push(transaction.request);
      const { answers } = somebody;
      if (answers === undefined) late.push(() => transaction.reply(200));
      else transaction.reply(answers);
    };
    const { world } = this;
    const somebody: Somebody = {
      phone,
      below,
      answers: 200,
      answerLate() {
        for (const answer of late.splice(0)) answer();
      },
      notified,
      connect() {
        phone.device
          .connect((connection) => world.server.media?.taken(connection))
          .greet(phone.peerPath);
      },
      watch: (uri = contactOf(phone), headers = {}) =>
        below.request("SUBSCRIBE", uri, (edit) => {
          edit.setText("Contact", below.contactValue).setText("Accept-Contact", "*;+g.oma.sip-im");
          edit.setText(Event.name, "conference").set(Expires, 3_600);
          for (const [name, value] of Object.entries(headers)) edit.setText(name, value);
        }),
      async refer(to, headers = {}, body) {
        const outcome = await phone.call?.request("REFER", {
          body,
          edit: (edit) => {
            edit.setText("Refer-To", to);
            for (const [name, value] of Object.entries(headers)) edit.setText(name, value);
          },
        });
        if (outcome?.kind !== "answered") return outcome?.why ?? "no session";
        const { status } = outcome.response;
        const quiet = outcome.response.text("Refer-Sub");
        const warning = /"(.*)"/.exec(outcome.response.text("Warning") ?? "")?.[1];
        return [String(status), quiet, warning].filter((one) => one !== undefined).join(" ");
      },
      get results() {
        const said = notified.filter((one) => one.get(Event)?.value === "refer");
        return said.map((one) => {
          const [line = ""] = utf8Text(one.body).split("\r\n");
          const state = one.text("Subscription-State")?.split(";")[0];
          return `${line} ${state}`;
        });
      },
      get documents() {
        const said = notified.filter((one) => one.get(Event)?.value === "conference");
        return said.filter(({ body }) => body.length > 0).map(documentIn);
      },
    };
    return somebody;
  }

  /** In the lobby, connected. */
  async inLobby(user: string, more: PhoneOptions = {}): Promise<Somebody> {
    const one = await this.somebody(user, more);
    one.phone.invite(LOBBY);
    await this.settle();
    one.connect();
    await this.settle();
    return one;
  }
}

export function documentIn({ body }: SipRequest): ConferenceDocument {
  const read = parseConference(body);
  if (!read.ok) throw read.error;
  return read.value;
}

/** The URI in the Contact of the focus. */
export function contactOf({ answer, incoming }: SessionPhone): string {
  const text = (answer ?? incoming?.request)?.text("Contact") ?? "";
  return /<([^>]+)>/.exec(text)?.[1] ?? "";
}

/** Status and Warning text of the last refusal. */
export function refusal({ failures }: SessionPhone): string {
  const last = failures.at(-1);
  if (last?.kind !== "refused") return last?.kind ?? "none";
  const warning = /"(.*)"/.exec(last.response.text("Warning") ?? "")?.[1];
  return warning === undefined
    ? String(last.response.status)
    : `${last.response.status} ${warning}`;
}

/** Who is in, by what a document says: entity, status of the device. */
export function told(document: ConferenceDocument | undefined): readonly string[] {
  return (document?.users?.users ?? []).map(({ entity, state, endpoints, yourOwn }) => {
    const status = endpoints.map((one) => one.status).join(",");
    return `${entity} ${state === "deleted" ? "deleted" : status}${yourOwn ? " own" : ""}`;
  });
}

/** What stands beside an offer to the factory: to all of these, openly. RFC 5366 §4 */
export function listed(
  ...entries: readonly (string | (Pick<Recipient, "uri"> & Partial<Recipient>))[]
): (offer: Body) => Body {
  const recipients = entries.map((entry) =>
    typeof entry === "string" ? { uri: entry, copyControl: "to" as const } : entry,
  );
  return ({ bytes }) => {
    const body = makeSessionBody({
      description: bytes,
      others: [
        {
          headers: [
            ["Content-Type", RESOURCE_LISTS_TYPE],
            ["Content-Disposition", "recipient-list"],
          ],
          content: formatRecipientList(recipients),
        },
      ],
      boundary: "b1",
    });
    const [, type = ""] = body.headers.find(([name]) => name === "Content-Type") ?? [];
    return { type, bytes: body.content };
  };
}
