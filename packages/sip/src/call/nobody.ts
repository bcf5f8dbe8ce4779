/** Who stands for our side in an INVITE that has come to its end: all was told, and nothing is to be shown. */
import { Params, sipUri } from "../message/index.ts";
import type { Face } from "./body.ts";
import type { OutgoingOwner } from "./outgoing-owner.ts";

export const NOBODY: OutgoingOwner = {
  offered() {},
  acknowledged() {},
  requested: () => false,
  description: () => undefined,
  ended() {},
  progress() {},
  answered() {},
  failed() {},
};

const PLAIN: Face = {
  contact: { name: undefined, uri: sipUri(undefined, "anonymous.invalid"), params: Params.none },
  allow: [],
  supported: [],
};

/** All that ACK and BYE have of a face is its edit. */
export function faceOfEnd({ edit }: Face): Face {
  return edit === undefined ? PLAIN : { ...PLAIN, edit };
}
