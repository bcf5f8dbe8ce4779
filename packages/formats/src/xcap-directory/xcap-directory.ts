/** application/vnd.oma.xcap-directory+xml: which documents a user has. OMA XDM Core */
import {
  children,
  FormatError,
  type Parsed,
  parsed,
  parseXml,
  type XmlElement,
  XmlWriter,
} from "@parlance/wire";
import { attributeOf, expectRoot, readUnsigned } from "../xml-fields.ts";

export interface XcapDirectory {
  readonly folders: readonly DirectoryFolder[];
}

export interface DirectoryFolder {
  /** The application usage. */
  readonly auid: string;
  readonly documents: readonly DirectoryEntry[];
}

export interface DirectoryEntry {
  readonly uri: string;
  readonly etag: string | undefined;
  /** A date and time of RFC 3339, as written. */
  readonly lastModified: string | undefined;
  readonly sizeBytes: number | undefined;
}

export const XCAP_DIRECTORY_TYPE = "application/vnd.oma.xcap-directory+xml";
const XCAP_DIRECTORY = "urn:oma:xml:xdm:xcap-directory";

export function parseXcapDirectory(bytes: Uint8Array): Parsed<XcapDirectory> {
  const document = parseXml(bytes);
  if (!document.ok) return document;
  return parsed(() => {
    const { root } = document.value;
    expectRoot(XCAP_DIRECTORY_TYPE, root, XCAP_DIRECTORY, "xcap-directory");
    return { folders: children(root, "folder").map(readFolder) };
  });
}

export function formatXcapDirectory({ folders }: XcapDirectory): Uint8Array<ArrayBuffer> {
  const xml = new XmlWriter().open("xcap-directory", { xmlns: XCAP_DIRECTORY });
  for (const { auid, documents } of folders) {
    xml.open("folder", { auid });
    for (const { uri, etag, lastModified, sizeBytes } of documents) {
      xml.leaf("entry", "", { uri, etag, "last-modified": lastModified, size: sizeBytes });
    }
    xml.close();
  }
  return xml.close().done();
}

function readFolder(element: XmlElement): DirectoryFolder {
  const documents = children(element, "entry").map(readEntry);
  return { auid: required(element, "auid"), documents };
}

function readEntry(element: XmlElement): DirectoryEntry {
  return {
    uri: required(element, "uri"),
    etag: attributeOf(element, "etag"),
    lastModified: attributeOf(element, "last-modified"),
    sizeBytes: readUnsigned(attributeOf(element, "size")),
  };
}

function required(element: XmlElement, name: string): string {
  const value = attributeOf(element, name);
  if (value !== undefined) return value;
  throw new FormatError(XCAP_DIRECTORY_TYPE, element.start, `${element.local} has no ${name}`);
}
