/** Elements that stand in several places of a conference document. RFC 4575 §4.4, §5.3 */
import { children, FormatError, type XmlElement } from "@parlance/wire";
import { attributeOf, oneOf, textOf } from "../xml-fields.ts";
import {
  CONFERENCE_INFO_TYPE,
  type ConferenceUri,
  ELEMENT_STATES,
  type ElementState,
} from "./conference-info.ts";

/** The URIs in a list of entries; an entry without one leads nowhere. */
export function readUris(parent: XmlElement, list: string): readonly ConferenceUri[] {
  return entriesOf(parent, list).flatMap((entry) => {
    const uri = textOf(entry, "uri");
    if (uri === undefined) return [];
    const displayText = textOf(entry, "display-text");
    return [{ uri, displayText, purpose: textOf(entry, "purpose") }];
  });
}

export function entriesOf(parent: XmlElement, list: string): readonly XmlElement[] {
  return children(parent, list).flatMap((element) => children(element, "entry"));
}

/** Applied the wrong way, a document would take away what it meant to add. RFC 4575 §4.4 */
export function readState(element: XmlElement): ElementState {
  const state = attributeOf(element, "state") ?? "full";
  return oneOf(ELEMENT_STATES, state) ?? fail(element);
}

function fail(element: XmlElement): never {
  throw new FormatError(CONFERENCE_INFO_TYPE, element.start, "state is unknown");
}
