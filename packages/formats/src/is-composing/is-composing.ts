/** application/im-iscomposing+xml: somebody is writing, or has stopped. RFC 3994 */
import {
  child,
  FormatError,
  type Parsed,
  parsed,
  parseXml,
  textContent,
  type XmlElement,
  XmlWriter,
} from "@parlance/wire";

export interface IsComposing {
  readonly state: "active" | "idle";
  /** When the next such message may be expected. */
  readonly refreshSeconds: number | undefined;
  readonly lastActive: string | undefined;
  /** What is being written: `text`, `text/html` … */
  readonly contentType: string | undefined;
}

export const IS_COMPOSING_TYPE = "application/im-iscomposing+xml";

const NAMESPACE = "urn:ietf:params:xml:ns:im-iscomposing";
const FORMAT = IS_COMPOSING_TYPE;

export function parseIsComposing(bytes: Uint8Array): Parsed<IsComposing> {
  const document = parseXml(bytes);
  return document.ok ? parsed(() => readIsComposing(document.value.root)) : document;
}

export function formatIsComposing(status: IsComposing): Uint8Array<ArrayBuffer> {
  const xml = new XmlWriter().open("isComposing", { xmlns: NAMESPACE }).leaf("state", status.state);
  if (status.lastActive !== undefined) xml.leaf("lastactive", status.lastActive);
  if (status.contentType !== undefined) xml.leaf("contenttype", status.contentType);
  if (status.refreshSeconds !== undefined) xml.leaf("refresh", String(status.refreshSeconds));
  return xml.close().done();
}

function readIsComposing(root: XmlElement): IsComposing {
  if (root.namespace !== NAMESPACE || root.local !== "isComposing") {
    throw new FormatError(FORMAT, root.start, "root is not isComposing");
  }
  const state = text(root, "state");
  if (state === undefined) throw new FormatError(FORMAT, root.start, "no state");
  return {
    state: state === "active" ? "active" : "idle", // RFC 3994 §3.5: unknown states are idle
    refreshSeconds: positive(text(root, "refresh")),
    lastActive: text(root, "lastactive"),
    contentType: text(root, "contenttype"),
  };
}

/** A number that is none, or that nobody could wait for, is as good as no number. */
function positive(digits: string | undefined): number | undefined {
  if (digits === undefined || !/^\d{1,10}$/.test(digits)) return undefined;
  return Number(digits) > 0 ? Number(digits) : undefined;
}

function text(root: XmlElement, name: string): string | undefined {
  const element = child(root, name);
  const content = element === undefined ? "" : textContent(element);
  return content === "" ? undefined : content;
}
