/** Reads a list of what is stored. Its nesting was never fixed: every value may be attribute or element. */
import {
  child,
  children,
  type Parsed,
  parsed,
  parseXml,
  textContent,
  type XmlElement,
} from "@parlance/wire";
import { anyAttribute, expectRoot, readUnsigned } from "../xml-fields.ts";
import {
  type ConferenceRecord,
  HISTORY_LIST,
  HISTORY_LIST_TYPE,
  type HistoryEntry,
  type HistoryList,
  type PagerRecord,
  type Parties,
} from "./history-list.ts";

export function parseHistoryList(bytes: Uint8Array): Parsed<HistoryList> {
  const document = parseXml(bytes);
  if (!document.ok) return document;
  return parsed(() => {
    const { root } = document.value;
    expectRoot(HISTORY_LIST_TYPE, root, HISTORY_LIST, "history-list");
    return { entries: children(root, "history").flatMap(readEntry) };
  });
}

/** What cannot be referred to can neither be fetched nor deleted: passed over. */
function readEntry(element: XmlElement): readonly HistoryEntry[] {
  const reference = said(element, "history-reference");
  if (reference === undefined) return [];
  const pager = child(element, "pager");
  const conference = child(element, "conference");
  return [
    {
      reference,
      sizeBytes: readUnsigned(said(element, "size")),
      expiry: dateOf(element, "expiry"),
      subject: said(element, "subject"),
      type: said(element, "type"),
      record: pager === undefined ? conference && readConference(conference) : readPager(pager),
    },
  ];
}

function readPager(element: XmlElement): PagerRecord {
  return {
    kind: "pager",
    timeStamp: dateOf(element, "time-stamp"),
    from: said(element, "from"),
    to: said(element, "to"),
    authId: said(element, "auth-id"),
    recipients: readParties(child(element, "recipient-list")),
  };
}

function readConference(element: XmlElement): ConferenceRecord {
  return {
    kind: "conference",
    timeStart: dateOf(element, "time-start"),
    timeEnd: dateOf(element, "time-end"),
    recordingName: said(element, "recording-name"),
    participants: readParties(child(element, "conf-list")),
  };
}

function readParties(element: XmlElement | undefined): Parties | undefined {
  if (element === undefined) return undefined;
  return {
    groupUri: said(element, "group-uri"),
    groupDisplayName: said(element, "group-display-name"),
    entries: children(element, "entry").flatMap((entry) => {
      const uri = said(entry, "uri");
      return uri === undefined ? [] : [{ uri, displayName: said(entry, "display-name") }];
    }),
  };
}

/** `date` in an element of that name, the text of the element, or an attribute of that name. */
function dateOf(parent: XmlElement, local: string): string | undefined {
  const element = child(parent, local);
  const date = element === undefined ? undefined : said(element, "date");
  return date ?? said(parent, local);
}

/** An attribute with or without prefix, or a child element. */
function said(parent: XmlElement, local: string): string | undefined {
  const written = anyAttribute(parent, local) ?? "";
  if (written !== "") return written;
  const element = child(parent, local);
  const text = element === undefined ? "" : textContent(element);
  return text === "" ? undefined : text;
}
