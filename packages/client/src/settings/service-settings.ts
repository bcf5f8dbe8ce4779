/** What a user has set for himself at the server, and how a document of settings is read and written. OMA IM 5.2.4, RFC 4354 */
import { type EntitySettings, formatImSettings, type ImSettings } from "@parlance/formats";

export interface ServiceSettings {
  /** Nobody opens a session with the user. */
  readonly barSessions: boolean;
  /** No messages come, and none are kept; large ones neither. */
  readonly barMessages: boolean;
  readonly barFiles: boolean;
  /** False: others find him away, whatever he does. */
  readonly visible: boolean;
  /** What came while he was away is brought when he is back. False: his clients fetch it. */
  readonly pushDeferred: boolean;
  /** The server keeps what is said in sessions. */
  readonly keepSessions: boolean;
  /** The server keeps messages. */
  readonly keepMessages: boolean;
}

/** What holds where nobody has said anything. */
export const USUAL_SETTINGS: ServiceSettings = {
  barSessions: false,
  barMessages: false,
  barFiles: false,
  visible: true,
  pushDeferred: true,
  keepSessions: false,
  keepMessages: false,
};

export type SettingName = keyof ServiceSettings;

const BARRINGS = ["barSessions", "barMessages", "barFiles"] as const;

export const SETTINGS: readonly SettingName[] = [
  ...BARRINGS,
  "visible",
  "pushDeferred",
  "keepSessions",
  "keepMessages",
];

/** What one device bars for itself alone. */
export type DeviceSettings = Pick<ServiceSettings, (typeof BARRINGS)[number]>;

/** What a device has said, and says again. */
export interface Words {
  readonly here: Partial<DeviceSettings>;
  readonly everywhere: Partial<ServiceSettings>;
}

/** Ids of the entities: that of the device, and that under which all devices of the user are meant. */
export interface Ids {
  readonly instance: string;
  readonly address: string;
}

export const NO_WORDS: Words = { here: {}, everywhere: {} };

/** IM-5.2.4-08: what is not spoken of keeps its value. */
export function formatWords({ here, everywhere }: Words, { instance, address }: Ids): Uint8Array {
  const entities: EntitySettings[] = [];
  if (Object.keys(everywhere).length > 0) entities.push(entityOf(address, everywhere));
  if (Object.keys(here).length > 0) entities.push(entityOf(instance, here));
  return formatImSettings({ entities });
}

function entityOf(id: string, said: Partial<ServiceSettings>): EntitySettings {
  return {
    id,
    barring: { sessions: said.barSessions, messages: said.barMessages, files: said.barFiles },
    visible: said.visible,
    offlineDelivery: said.pushDeferred,
    history: { sessions: said.keepSessions, messages: said.keepMessages },
  };
}

/** What holds for this device, by the word of all of them. */
export function settingsIn({ entities }: ImSettings, ids: Ids): ServiceSettings {
  const about = entities.filter(({ id }) => id === ids.instance || !isDevice(id));
  const barred = (kind: keyof EntitySettings["barring"]): boolean =>
    about.some(({ barring }) => barring[kind] === true);
  const last = <T>(read: (entity: EntitySettings) => T | undefined): T | undefined =>
    entities.map(read).findLast((value) => value !== undefined);
  return {
    barSessions: barred("sessions"),
    barMessages: barred("messages"),
    barFiles: barred("files"),
    visible: last(({ visible }) => visible) ?? USUAL_SETTINGS.visible,
    pushDeferred: last(({ offlineDelivery }) => offlineDelivery) ?? USUAL_SETTINGS.pushDeferred,
    keepSessions: last(({ history }) => history.sessions) ?? USUAL_SETTINGS.keepSessions,
    keepMessages: last(({ history }) => history.messages) ?? USUAL_SETTINGS.keepMessages,
  };
}

/** Devices call themselves by a URN; anything else is about all of them. RFC 5626 §4.1 */
function isDevice(id: string): boolean {
  return /^urn:/i.test(id);
}

/** One more word. What is said of all devices takes back what was said of this one alone. */
export function wordsAfter(
  { here, everywhere }: Words,
  changes: Partial<ServiceSettings>,
  onlyHere: boolean,
): Words {
  if (onlyHere) return { here: { ...here, ...barringIn(changes) }, everywhere };
  // Taken back is said to be off: what is no longer spoken of would keep its value.
  const takenBack = Object.keys(here).filter((name) => name in changes);
  const off = Object.fromEntries(takenBack.map((name) => [name, false]));
  return { here: { ...here, ...off }, everywhere: { ...everywhere, ...changes } };
}

function barringIn(changes: Partial<ServiceSettings>): Partial<DeviceSettings> {
  const said = BARRINGS.filter((name) => changes[name] !== undefined);
  return Object.fromEntries(said.map((name) => [name, changes[name]]));
}

/** Nobody goes back to an older word of his own when he publishes anew: others may have spoken since. */
export function wordsInLight({ here, everywhere }: Words, of: ServiceSettings): Words {
  const said = SETTINGS.filter((name) => name in everywhere);
  const known = said.filter((name) => !BARRINGS.some((bar) => bar === name && here[bar] === true));
  const now = Object.fromEntries(known.map((name) => [name, of[name]]));
  return { here, everywhere: { ...everywhere, ...now } };
}
