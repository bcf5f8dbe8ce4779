/** Writes a group document, elements in the order of its schema. */
import { XmlWriter } from "@parlance/wire";
import { LIST_SERVICE } from "../access-rules/ruleset.ts";
import { RULE_PREFIXES, writeRuleset } from "../access-rules/write-ruleset.ts";
import { RESOURCE_LISTS } from "../resource-lists/resource-lists.ts";
import { GROUP_WORDS, type Group, type GroupService, type SessionActivity } from "./group.ts";

/** What was not understood is not written: the stored document is changed by its octets, never by this. */
export function formatGroup(group: Group): Uint8Array<ArrayBuffer> {
  const xml = new XmlWriter();
  xml.open("group", { xmlns: LIST_SERVICE, "xmlns:rl": RESOURCE_LISTS, ...RULE_PREFIXES });
  xml.open("list-service", { uri: group.uri });
  if (group.displayName !== undefined) xml.leaf("display-name", group.displayName);
  writeList(xml, group);
  xml.leaf("invite-members", String(group.inviteMembers));
  writeCount(xml, "max-participant-count", group.maxParticipants);
  if (group.ruleset !== undefined) writeRuleset(xml, group.ruleset, "");
  if (group.subject !== undefined) xml.leaf("oxe:subject", group.subject);
  if (group.services !== undefined) writeServices(xml, group.services);
  if (group.activity !== undefined) writeActivity(xml, group.activity);
  writeWriters(xml, group);
  if (group.avatar !== undefined) xml.leaf("avatar", group.avatar, { xmlns: GROUP_WORDS });
  return xml.close().close().done();
}

function writeWriters(xml: XmlWriter, { moderatorsWrite, readers }: Group): void {
  if (moderatorsWrite) xml.leaf("writers", "moderators", { xmlns: GROUP_WORDS });
  if (readers.length === 0) return;
  xml.open("readers", { xmlns: GROUP_WORDS });
  for (const uri of readers) xml.leaf("entry", "", { uri });
  xml.close();
}

function writeList(xml: XmlWriter, { entries, externals }: Group): void {
  if (entries.length === 0 && externals.length === 0) return;
  xml.open("list");
  for (const { uri, displayName } of entries) {
    xml.open("entry", { uri });
    if (displayName !== undefined) xml.leaf("rl:display-name", displayName);
    xml.close();
  }
  for (const anchor of externals) xml.leaf("external", "", { anchor });
  xml.close();
}

function writeServices(xml: XmlWriter, services: readonly GroupService[]): void {
  xml.open("oxe:supported-services");
  for (const { enabler, media } of services) {
    xml.open("oxe:service", { enabler });
    if (media !== undefined) {
      xml.open("oxe:group-media");
      for (const kind of media) xml.leaf(`oxe:${kind}`);
      xml.close();
    }
    xml.close();
  }
  xml.close();
}

function writeActivity(xml: XmlWriter, activity: SessionActivity): void {
  xml.open("oxe:session-active-policy", {
    "must-understand": activity.mustUnderstand ? true : undefined,
  });
  writeCount(xml, "oxe:max-duration", activity.maxDurationSeconds);
  if (activity.requiredParticipants.length > 0) {
    xml.open("oxe:required-participants-list");
    for (const uri of activity.requiredParticipants) xml.leaf("oxe:entry", "", { uri });
    xml.close();
  }
  writeCount(xml, "oxe:min-participant-count", activity.minParticipants);
  if (activity.schedule.length > 0) {
    xml.open("oxe:schedule");
    for (const { start, end } of activity.schedule) {
      xml.open("oxe:time-range");
      if (start !== undefined) xml.leaf("oxe:start-time", start);
      if (end !== undefined) xml.leaf("oxe:end-time", end);
      xml.close();
    }
    xml.close();
  }
  xml.close();
}

function writeCount(xml: XmlWriter, name: string, count: number | undefined): void {
  if (count !== undefined) xml.leaf(name, String(count));
}
