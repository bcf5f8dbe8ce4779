/** message/imdn+xml: what became of a message. RFC 5438 §11 */
import {
  child,
  children,
  FormatError,
  type Parsed,
  parsed,
  parseXml,
  textContent,
  type XmlElement,
  XmlWriter,
} from "@parlance/wire";

export interface Imdn {
  /** Of the message that this is about. */
  readonly messageId: string; // RFC 5438 §11.1.1
  /** When that message was sent, as it said itself; some programs leave it out. */
  readonly dateTime: string | undefined; // RFC 5438 §11.1.2
  /** Both are absent when a list server does not disclose its members. RFC 5438 §8 */
  readonly recipientUri: string | undefined; // RFC 5438 §11.1.3
  readonly originalRecipientUri: string | undefined; // RFC 5438 §11.1.4
  readonly subject: string | undefined; // RFC 5438 §11.1.5
  readonly notification: Notification;
}

/** The kind that was asked for, and its outcome. RFC 5438 §11.1.7 */
export type Notification =
  | {
      readonly kind: "delivery";
      /** "declined": failed, because its recipient has said no. */
      readonly status: "delivered" | "failed" | "declined" | "forbidden" | "error";
    }
  | { readonly kind: "processing"; readonly status: "processed" | "stored" | "forbidden" | "error" }
  | { readonly kind: "display"; readonly status: "displayed" | "forbidden" | "error" };

export const IMDN_TYPE = "message/imdn+xml";

const NAMESPACE = "urn:ietf:params:xml:ns:imdn";
/** Why something has failed, beside the word that everybody knows. RFC 5438 §11.1.9 */
const REASONS = "urn:parlance:imdn";
const FORMAT = IMDN_TYPE;

/** White space, order and elements of other namespaces do not matter. */
export function parseImdn(bytes: Uint8Array): Parsed<Imdn> {
  const document = parseXml(bytes);
  return document.ok ? parsed(() => readImdn(document.value.root)) : document;
}

export function formatImdn(imdn: Imdn): Uint8Array<ArrayBuffer> {
  const { kind, status } = imdn.notification;
  const xml = new XmlWriter().open("imdn", { xmlns: NAMESPACE });
  xml.leaf("message-id", imdn.messageId).leaf("datetime", imdn.dateTime ?? "");
  if (imdn.recipientUri !== undefined) xml.leaf("recipient-uri", imdn.recipientUri);
  if (imdn.originalRecipientUri !== undefined) {
    xml.leaf("original-recipient-uri", imdn.originalRecipientUri);
  }
  if (imdn.subject !== undefined) xml.leaf("subject", imdn.subject);
  xml.open(`${kind}-notification`).open("status");
  if (status === "declined") xml.leaf("failed").open(status, { xmlns: REASONS }).close();
  else xml.leaf(status);
  xml.close().close();
  return xml.close().done();
}

function readImdn(root: XmlElement): Imdn {
  if (root.namespace !== NAMESPACE || root.local !== "imdn") {
    throw new FormatError(FORMAT, root.start, "root is not imdn");
  }
  const messageId = text(root, "message-id");
  if (messageId === undefined) throw new FormatError(FORMAT, root.start, "no message-id");
  return {
    messageId,
    dateTime: text(root, "datetime"),
    recipientUri: text(root, "recipient-uri"),
    originalRecipientUri: text(root, "original-recipient-uri"),
    subject: text(root, "subject"),
    notification: readNotification(root),
  };
}

function readNotification(root: XmlElement): Notification {
  const found = children(root).filter(
    ({ namespace, local }) => namespace === NAMESPACE && local.endsWith("-notification"),
  );
  const [element, second] = found;
  if (element === undefined) throw new FormatError(FORMAT, root.start, "no notification");
  if (second !== undefined) {
    throw new FormatError(FORMAT, second.start, "more than one notification");
  }
  const status = child(element, "status");
  const said = status === undefined ? [] : children(status);
  for (const outcome of said) {
    if (outcome.namespace !== NAMESPACE) continue;
    const notification = notificationOf(element.local, outcome.local);
    if (notification?.status === "failed" && isDeclined(said)) {
      return { kind: "delivery", status: "declined" };
    }
    if (notification !== undefined) return notification;
  }
  throw new FormatError(FORMAT, element.start, "status is missing or unknown");
}

function isDeclined(said: readonly XmlElement[]): boolean {
  return said.some(({ namespace, local }) => namespace === REASONS && local === "declined");
}

function notificationOf(element: string, status: string): Notification | undefined {
  switch (element) {
    case "delivery-notification":
      if (status === "delivered" || status === "failed") return { kind: "delivery", status };
      return isCommon(status) ? { kind: "delivery", status } : undefined;
    case "processing-notification":
      if (status === "processed" || status === "stored") return { kind: "processing", status };
      return isCommon(status) ? { kind: "processing", status } : undefined;
    case "display-notification":
      if (status === "displayed") return { kind: "display", status };
      return isCommon(status) ? { kind: "display", status } : undefined;
    default:
      return undefined;
  }
}

function isCommon(status: string): status is "forbidden" | "error" {
  return status === "forbidden" || status === "error";
}

/** An empty element says as little as an absent one. */
function text(root: XmlElement, name: string): string | undefined {
  const element = child(root, name);
  const content = element === undefined ? "" : textContent(element);
  return content === "" ? undefined : content;
}
