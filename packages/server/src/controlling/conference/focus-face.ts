/** How the focus shows itself in every call: its session identity, and that it is one. Clause 7.2.1.1, RFC 4579 §5.1 */
import { IM_TAG, ISFOCUS, METHODS } from "@parlance/im";
import { type CallEdit, type Face, type NameAddr, Params, sipUri } from "@parlance/sip";
import type { Calls, Towards } from "../../ports/index.ts";

/** RFC 4488, 3891, 4538, 5366, 5368; `timer` is added by the call. */
export const FOCUS_EXTENSIONS = [
  "norefersub",
  "recipient-list-invite",
  "tdialog",
  "replaces",
  "multiple-refer",
] as const;

const FEATURES = Params.of([ISFOCUS], [IM_TAG]);

/** `user`: of the session identity. `edit` is added to each message. */
export function focusFace(
  calls: Calls,
  towards: Pick<Towards, "transport" | "local">,
  user: string,
  edit?: CallEdit,
): Face {
  return {
    contact: focusContact(calls, towards, user),
    allow: [...METHODS],
    supported: [...FOCUS_EXTENSIONS],
    ...(edit === undefined ? {} : { edit }),
  };
}

/** Towards phones that have group rooms without media: they call the room by its address alone. interop: linphone */
export function textFocusFace(user: string, domain: string, edit?: CallEdit): Face {
  return {
    contact: textFocusContact(user, domain),
    allow: [...METHODS],
    supported: [...FOCUS_EXTENSIONS],
    ...(edit === undefined ? {} : { edit }),
  };
}

export function textFocusContact(user: string, domain: string): NameAddr {
  return { name: undefined, uri: sipUri(user, domain), params: Params.of([ISFOCUS], ["text"]) };
}

export function focusContact(
  calls: Calls,
  towards: Pick<Towards, "transport" | "local">,
  user: string,
): NameAddr {
  return calls.contact(towards, FEATURES, user);
}

/** Product, identity and event packages, as answers of a focus carry them. Clause 7.2.1.1, 27.1 */
export function focusWords(userAgent: string, identity: string): CallEdit {
  return (edit) => {
    if (!("status" in edit)) {
      edit.setText("User-Agent", userAgent);
      return;
    }
    edit.setText("Server", userAgent);
    edit.setText("P-Asserted-Identity", `<${identity}>`);
    edit.setText("Allow-Events", "conference, refer");
  };
}
