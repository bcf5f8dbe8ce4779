/** Reads the users of a conference document, with their endpoints. RFC 4575 §5.6, §5.7 */
import { child, children, textContent, type XmlElement } from "@parlance/wire";
import { anyAttribute, attributeOf, oneOf, readBoolean, readWords, textOf } from "../xml-fields.ts";
import {
  DISCONNECTION_METHODS,
  ENDPOINT_STATUSES,
  type EndpointElement,
  type EndpointMedia,
  type Execution,
  JOINING_METHODS,
  MEDIA_DIRECTIONS,
  type UserElement,
  XCON,
} from "./conference-info.ts";
import { entriesOf, readState, readUris } from "./elements.ts";

/** A user without an entity could not be told from another: none. */
export function readUser(element: XmlElement): readonly UserElement[] {
  const entity = attributeOf(element, "entity");
  if (entity === undefined) return [];
  return [
    {
      entity,
      state: readState(element),
      // Appendix M does not say in which namespace: with any prefix it means the same.
      yourOwn: readBoolean(anyAttribute(element, "yourown")) ?? false,
      displayText: textOf(element, "display-text"),
      nickname: attributeOf(element, "nickname", XCON) ?? textOf(element, "nickname", XCON),
      associatedAors: readUris(element, "associated-aors"),
      roles: entriesOf(element, "roles").flatMap(readText),
      languages: readWords(textOf(element, "languages")),
      cascadedFocus: textOf(element, "cascaded-focus"),
      endpoints: children(element, "endpoint").map((one) => readEndpoint(one, entity)),
    },
  ];
}

/** An endpoint that does not say which one it is stands for the user. */
function readEndpoint(element: XmlElement, user: string): EndpointElement {
  return {
    entity: attributeOf(element, "entity") ?? user,
    state: readState(element),
    displayText: textOf(element, "display-text"),
    referred: readExecution(element, "referred"),
    status: oneOf(ENDPOINT_STATUSES, textOf(element, "status")),
    joiningMethod: oneOf(JOINING_METHODS, textOf(element, "joining-method")),
    joiningInfo: readExecution(element, "joining-info"),
    disconnectionMethod: oneOf(DISCONNECTION_METHODS, textOf(element, "disconnection-method")),
    disconnectionInfo: readExecution(element, "disconnection-info"),
    media: children(element, "media").flatMap(readMedia),
  };
}

function readExecution(parent: XmlElement, local: string): Execution | undefined {
  const element = child(parent, local);
  if (element === undefined) return undefined;
  const reason = textOf(element, "reason");
  return { when: textOf(element, "when"), reason, by: textOf(element, "by") };
}

/** Without an id it could not be told from another. RFC 4575 §4.5 */
function readMedia(element: XmlElement): readonly EndpointMedia[] {
  const id = attributeOf(element, "id");
  if (id === undefined) return [];
  return [
    {
      id,
      displayText: textOf(element, "display-text"),
      type: textOf(element, "type"),
      label: textOf(element, "label"),
      srcId: textOf(element, "src-id"),
      status: oneOf(MEDIA_DIRECTIONS, textOf(element, "status")),
    },
  ];
}

function readText(element: XmlElement): readonly string[] {
  const text = textContent(element);
  return text === "" ? [] : [text];
}
