/** One set of settings of what all devices of a user say. Clause 3.2.2, D-03 */
import type { EntitySettings } from "@parlance/formats";
import type { Barrable } from "../ports/index.ts";
import type { LastingSettings } from "../store/index.ts";
import type { Known, Published } from "./model.ts";

export interface Composed {
  /** What is live, by id, the latest word of each; in the order of their last words. */
  readonly entities: readonly EntitySettings[];
  readonly devices: ReadonlySet<string>;
  readonly visible: boolean;
  readonly lasting: LastingSettings;
}

/** `known` without what has expired. */
export function compose({ lasting, publications }: Known): Composed {
  const entities = new Map<string, EntitySettings>();
  let visible: boolean | undefined;
  const devices = new Set<string>();
  for (const { body } of publications.toSorted((a, b) => a.body.at - b.body.at)) {
    for (const entity of body.entities) {
      const before = entities.get(entity.id);
      entities.delete(entity.id);
      entities.set(entity.id, before === undefined ? entity : overlaid(before, entity));
      visible = entity.visible ?? visible;
    }
    for (const device of body.devices) devices.add(device);
  }
  return { entities: [...entities.values()], devices, visible: visible ?? true, lasting };
}

/** What the newer word does not speak of keeps its value. */
export function overlaid(older: EntitySettings, newer: EntitySettings): EntitySettings {
  return {
    id: newer.id,
    barring: {
      sessions: newer.barring.sessions ?? older.barring.sessions,
      messages: newer.barring.messages ?? older.barring.messages,
      files: newer.barring.files ?? older.barring.files,
    },
    visible: newer.visible ?? older.visible,
    offlineDelivery: newer.offlineDelivery ?? older.offlineDelivery,
    history: {
      sessions: newer.history.sessions ?? older.history.sessions,
      messages: newer.history.messages ?? older.history.messages,
    },
  };
}

/** What the last word says of what outlives it; the rest stays. */
export function lastingAfter(
  before: LastingSettings,
  entities: readonly EntitySettings[],
): LastingSettings {
  return entities.reduce(
    (lasting, { offlineDelivery, history }) => ({
      offlineDelivery: offlineDelivery ?? lasting.offlineDelivery,
      storesSessions: history.sessions ?? lasting.storesSessions,
      storesMessages: history.messages ?? lasting.storesMessages,
    }),
    before,
  );
}

/** `isDevice`: an id is known as that of a device, or belongs to one that is registered now. */
export function isBarred(
  { entities }: Composed,
  kind: Barrable,
  device: string | undefined,
  isDevice: (id: string) => boolean,
): boolean {
  let everywhere = false;
  for (const { id, barring } of entities) {
    const said = barring[kind];
    if (said === undefined) continue;
    if (!isDevice(id))
      everywhere = said; // the latest word for all of them
    else if (said && id === device) return true;
  }
  return everywhere;
}

export function withoutExpired(known: Known, now: number): Known {
  const alive = known.publications.filter(({ expiresAt }) => expiresAt > now);
  return alive.length === known.publications.length ? known : { ...known, publications: alive };
}

export function nextExpiry(publications: readonly Published[]): number | undefined {
  return publications.length === 0
    ? undefined
    : Math.min(...publications.map(({ expiresAt }) => expiresAt));
}
