/** Reads the settings of a device, in every form in which they are met. RFC 4354 §6, Appendix E.2 */
import {
  children,
  FormatError,
  type Parsed,
  parsed,
  parseXml,
  textContent,
  type XmlElement,
} from "@parlance/wire";
import { anyAttribute, attributeOf, expectRoot, oneOf, readBoolean } from "../xml-fields.ts";
import {
  type EntitySettings,
  FILE_TRANSFER,
  IM_SERVICE,
  IM_SETTINGS_TYPE,
  type ImSettings,
  PAGER_LARGE_MODE,
  POC_SETTINGS,
  SESSION_MODE,
} from "./im-settings.ts";

/**
 * Settings of push-to-talk and elements nobody knows are passed over. A setting that cannot be read,
 * or that is said twice in two ways, refuses the document: guessing would open what was closed.
 */
export function parseImSettings(bytes: Uint8Array): Parsed<ImSettings> {
  const document = parseXml(bytes);
  return document.ok ? parsed(() => readSettings(document.value.root)) : document;
}

function readSettings(root: XmlElement): ImSettings {
  expectRoot(IM_SETTINGS_TYPE, root, POC_SETTINGS, "poc-settings");
  const entities = new Map<string, EntitySettings>();
  for (const element of children(root, "entity")) {
    const entity = readEntity(element);
    if (entities.has(entity.id)) fail(element, "two entities have one id");
    entities.set(entity.id, entity);
  }
  return { entities: [...entities.values()] };
}

function readEntity(element: XmlElement): EntitySettings {
  const id = attributeOf(element, "id") ?? fail(element, "entity has no id"); // RFC 4354 §6
  const barring = new Said();
  for (const one of settings(element, "isb-settings", "incoming-session-barring")) {
    const service = anyAttribute(one, "service-id") ?? SESSION_MODE; // so RFC 4354 means it
    barring.say(service, activeOf(one), one);
  }
  const history = new Said();
  for (const one of settings(element, "hist-settings", "hist-activation")) {
    for (const mode of modesOf(one)) history.say(mode, activeOf(one), one);
  }
  return {
    id,
    barring: {
      sessions: barring.of(SESSION_MODE),
      messages: barring.of(PAGER_LARGE_MODE),
      files: barring.of(FILE_TRANSFER),
    },
    visible: readFlag(element, "vis-settings", "vis-status"),
    offlineDelivery: readFlag(element, "deferred-settings", "offline-delivery"),
    history: { sessions: history.of(SESSION_MODE), messages: history.of(PAGER_LARGE_MODE) },
  };
}

function readFlag(entity: XmlElement, group: string, local: string): boolean | undefined {
  const flag = new Said();
  for (const one of settings(entity, group, local)) flag.say(local, activeOf(one), one);
  return flag.of(local);
}

/** Elements of that name in their group or beside it, in either namespace. */
function settings(entity: XmlElement, group: string, local: string): readonly XmlElement[] {
  const groups = [entity, ...named(entity, group)];
  return groups.flatMap((parent) => named(parent, local));
}

function named(parent: XmlElement, local: string): readonly XmlElement[] {
  return children(parent).filter(
    (one) =>
      one.local === local && (one.namespace === POC_SETTINGS || one.namespace === IM_SERVICE),
  );
}

/** What kind of conversation is stored: as text, as a child element or as `service-id`; else each kind. */
function modesOf(element: XmlElement): readonly string[] {
  const kinds = [SESSION_MODE, PAGER_LARGE_MODE] as const;
  const words = [
    textContent(element),
    anyAttribute(element, "service-id"),
    ...children(element).map(({ local }) => local),
  ];
  const said = words.flatMap((word) => oneOf(kinds, word) ?? []);
  const silent = words.every((word) => word === undefined || word === "");
  return silent ? kinds : said;
}

function activeOf(element: XmlElement): boolean {
  return readBoolean(anyAttribute(element, "active")) ?? fail(element, "active is no boolean");
}

/** Settings by name, each of them said in one way. */
class Said {
  readonly #values = new Map<string, boolean>();

  say(name: string, active: boolean, element: XmlElement): void {
    if (this.#values.get(name) === !active) fail(element, "a setting is said in two ways");
    this.#values.set(name, active);
  }

  of(name: string): boolean | undefined {
    return this.#values.get(name);
  }
}

function fail(element: XmlElement, reason: string): never {
  throw new FormatError(IM_SETTINGS_TYPE, element.start, reason);
}
