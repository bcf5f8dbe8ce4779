/** Writes the settings of a device, strictly as Appendix E.2 has them. */
import { XmlWriter } from "@parlance/wire";
import {
  type EntitySettings,
  FILE_TRANSFER,
  IM_SERVICE,
  type ImSettings,
  PAGER_LARGE_MODE,
  POC_SETTINGS,
  SESSION_MODE,
} from "./im-settings.ts";

export function formatImSettings({ entities }: ImSettings): Uint8Array<ArrayBuffer> {
  const xml = new XmlWriter().open("poc-settings", { xmlns: POC_SETTINGS, "xmlns:im": IM_SERVICE });
  for (const entity of entities) writeEntity(xml, entity);
  return xml.close().done();
}

function writeEntity(xml: XmlWriter, entity: EntitySettings): void {
  xml.open("entity", { id: entity.id });
  writeBarring(xml, entity.barring);
  writeFlag(xml, "im:vis-settings", "im:vis-status", entity.visible);
  writeFlag(xml, "im:deferred-settings", "im:offline-delivery", entity.offlineDelivery);
  writeHistory(xml, entity.history);
  xml.close();
}

function writeBarring(xml: XmlWriter, barring: EntitySettings["barring"]): void {
  const said = [
    [SESSION_MODE, barring.sessions],
    [PAGER_LARGE_MODE, barring.messages],
    [FILE_TRANSFER, barring.files],
  ] as const;
  if (said.every(([, active]) => active === undefined)) return;
  xml.open("isb-settings");
  for (const [service, active] of said) {
    if (active === undefined) continue;
    xml.leaf("incoming-session-barring", "", { active, "im:service-id": service });
  }
  xml.close();
}

function writeHistory(xml: XmlWriter, history: EntitySettings["history"]): void {
  const said = [
    [SESSION_MODE, history.sessions],
    [PAGER_LARGE_MODE, history.messages],
  ] as const;
  if (said.every(([, active]) => active === undefined)) return;
  xml.open("im:hist-settings");
  for (const [mode, active] of said) {
    if (active !== undefined) xml.leaf("im:hist-activation", mode, { active });
  }
  xml.close();
}

function writeFlag(xml: XmlWriter, group: string, name: string, active: boolean | undefined): void {
  if (active !== undefined) xml.open(group).leaf(name, "", { active }).close();
}
