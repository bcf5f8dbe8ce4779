/** Writes a list of what is stored. */
import { XmlWriter } from "@parlance/wire";
import {
  type ConferenceRecord,
  HISTORY_LIST,
  type HistoryEntry,
  type HistoryList,
  type PagerRecord,
  type Parties,
} from "./history-list.ts";

export function formatHistoryList({ entries }: HistoryList): Uint8Array<ArrayBuffer> {
  const xml = new XmlWriter().open("history-list", { xmlns: HISTORY_LIST });
  for (const entry of entries) writeEntry(xml, entry);
  return xml.close().done();
}

function writeEntry(xml: XmlWriter, entry: HistoryEntry): void {
  xml.open("history", { "history-reference": entry.reference });
  if (entry.sizeBytes !== undefined) xml.leaf("size", String(entry.sizeBytes));
  writeDate(xml, "expiry", entry.expiry);
  writeText(xml, "subject", entry.subject);
  writeText(xml, "type", entry.type);
  if (entry.record?.kind === "pager") writePager(xml, entry.record);
  if (entry.record?.kind === "conference") writeConference(xml, entry.record);
  xml.close();
}

function writePager(xml: XmlWriter, record: PagerRecord): void {
  xml.open("pager");
  writeDate(xml, "time-stamp", record.timeStamp);
  writeText(xml, "from", record.from);
  writeText(xml, "to", record.to);
  writeText(xml, "auth-id", record.authId);
  writeParties(xml, "recipient-list", record.recipients);
  xml.close();
}

function writeConference(xml: XmlWriter, record: ConferenceRecord): void {
  xml.open("conference");
  writeDate(xml, "time-start", record.timeStart);
  writeDate(xml, "time-end", record.timeEnd);
  writeText(xml, "recording-name", record.recordingName);
  writeParties(xml, "conf-list", record.participants);
  xml.close();
}

function writeParties(xml: XmlWriter, name: string, parties: Parties | undefined): void {
  if (parties === undefined) return;
  const { groupUri, groupDisplayName, entries } = parties;
  xml.open(name, { "group-uri": groupUri, "group-display-name": groupDisplayName });
  for (const { uri, displayName } of entries) {
    xml.open("entry", { uri });
    writeText(xml, "display-name", displayName);
    xml.close();
  }
  xml.close();
}

function writeDate(xml: XmlWriter, name: string, date: string | undefined): void {
  if (date !== undefined) xml.leaf(name, "", { date });
}

function writeText(xml: XmlWriter, name: string, text: string | undefined): void {
  if (text !== undefined) xml.leaf(name, text);
}
