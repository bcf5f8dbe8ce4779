/** A PUBLISH of service settings: the checks in their order, and what holds afterwards. RFC 3903 §6, clause 3.2.2 */
import { type EntitySettings, IM_SETTINGS_TYPE, parseImSettings } from "@parlance/formats";
import { type Refusal, refuse } from "@parlance/im";
import { judgePublish, type PublicationLimits } from "@parlance/sip";
import type { Content, Originator, User } from "../ports/index.ts";
import { compose, lastingAfter, overlaid } from "./compose.ts";
import type { Known, Published, Said } from "./model.ts";

export interface PublishFacts {
  /** Value of Event. */
  readonly event: string | undefined;
  readonly originator: Originator | undefined;
  /** Address key of the Request-URI. */
  readonly target: string | undefined;
  readonly ifMatch: string | undefined;
  readonly expiresS: number | undefined;
  readonly content: Content;
  /** Of the user, without what has expired. */
  readonly known: Known;
  /** Is this the instance of a device of the user that is registered now? */
  readonly isDevice: (id: string) => boolean;
}

export type PublishJudgement =
  | Refusal
  | {
      readonly kind: "published";
      readonly etag: string;
      readonly expiresS: number;
      readonly known: Known;
      /** There is something that watchers do not know yet. */
      readonly changed: boolean;
    };

/** More than one is published by nobody but for others: a household, a desk phone. */
const MOST_ENTITIES = 10;
export const SETTINGS_PACKAGE = "poc-settings";

/** The user whose settings they are; a refusal where he may not say so, or is none of ours. */
export function judgeOwner(
  facts: Pick<PublishFacts, "event" | "originator" | "target">,
): User | Refusal {
  const { event, originator, target } = facts;
  if (event !== SETTINGS_PACKAGE) return badEvent(); // IM-5.2.4-06
  if (originator === undefined || target === undefined) return refuse("access denied"); // IM-5.2.4-03
  const { user } = originator;
  const own = user?.identities ?? [originator.address];
  if (!own.includes(target)) return refuse("access denied"); // IM-5.2.4-02
  if (user === undefined || user.disabled) return refuse("no such user");
  return user;
}

/** From the third check on. */
export function judgeSettings(
  facts: PublishFacts,
  by: { readonly etag: string; readonly now: number; readonly limits: PublicationLimits },
): PublishJudgement {
  const { ifMatch, expiresS, known } = facts;
  const of = known.publications.find(({ etag }) => etag === ifMatch);
  const document = readDocument(facts.content);
  const said = typeof document === "object" ? saidOver(document, of, known, by.now) : document;
  const held = room(known.publications, said, facts, by.limits.perResource);
  const verdict = judgePublish<Said>(
    {
      eventKnown: true,
      ifMatch,
      expiresS, // IM-5.2.4-07
      body: said === "bad" ? EMPTY : said,
    },
    held,
    by,
  );
  if (verdict.do === "refuse") return refused(verdict);
  if (said === "bad") return refuse("bad body");
  const publications = verdict.publications.map((one) =>
    one.etag === verdict.etag ? withDevices(one, facts) : one,
  );
  const { etag, expiresS: grantedS, changed } = verdict;
  const latest = typeof document === "object" && grantedS > 0 ? document : [];
  const lasting = lastingAfter(known.lasting, latest); // IM-5.2.4-08d, IM-5.2.4-08e, IM-5.2.4-08f
  const after = { lasting, publications };
  return { kind: "published", etag, expiresS: grantedS, known: after, changed };
}

function readDocument(content: Content): readonly EntitySettings[] | "unknown" | "bad" | undefined {
  if (content.mediaType === undefined) return undefined;
  if (content.mediaType !== IM_SETTINGS_TYPE) return "unknown";
  const read = content.bytes.ok ? parseImSettings(content.bytes.value) : undefined;
  if (read?.ok !== true || read.value.entities.length > MOST_ENTITIES) return "bad";
  return read.value.entities; // IM-5.2.4-08
}

/** What a changed publication does not speak of keeps the value that it has now. */
function saidOver(
  document: readonly EntitySettings[],
  before: Published | undefined,
  known: Known,
  now: number,
): Said {
  const older = new Map(before?.body.entities.map((entity) => [entity.id, entity]));
  const { visible } = compose(known);
  const entities = document.map((entity) => {
    const last = older.get(entity.id);
    if (last === undefined) return entity;
    return overlaid(last.visible === undefined ? last : { ...last, visible }, entity);
  });
  return { entities, devices: before?.body.devices ?? [], at: now };
}

/** A device that has forgotten what it published must not shut itself out: its oldest word makes room. */
function room(
  publications: readonly Published[],
  said: Said | "unknown" | "bad" | undefined,
  { ifMatch }: PublishFacts,
  most: number,
): readonly Published[] {
  const full = publications.length >= most && ifMatch === undefined;
  if (!full || said === undefined || typeof said === "string") return publications;
  const ids = new Set(said.entities.map(({ id }) => id));
  const old = publications.find(({ body }) => body.entities.every(({ id }) => ids.has(id)));
  return publications.filter((one) => one !== old);
}

/** What was once seen to be a device stays one, also while it is not there. */
function withDevices(published: Published, { isDevice }: PublishFacts): Published {
  const { body } = published;
  const devices = body.entities
    .map(({ id }) => id)
    .filter((id) => body.devices.includes(id) || isDevice(id));
  return { ...published, body: { ...body, devices } };
}

function refused(verdict: {
  readonly status: number;
  readonly minExpiresS: number | undefined;
}): Refusal {
  switch (verdict.status) {
    case 412:
      return refuse("no such publication");
    case 423:
      return refuse("interval too brief", [["Min-Expires", String(verdict.minExpiresS)]]);
    case 415:
      return refuse("unsupported type", [["Accept", IM_SETTINGS_TYPE]]);
    case 403:
      return refuse("too many publications");
    default:
      return refuse("no body");
  }
}

function badEvent(): Refusal {
  return refuse("bad event", [["Allow-Events", SETTINGS_PACKAGE]]);
}

/** Stands for a document that cannot be read, while what comes before it is looked at. */
const EMPTY: Said = { entities: [] satisfies readonly EntitySettings[], devices: [], at: 0 };
