/** application/vnd.oma.user-profile+xml: of all that a user may say of himself, his name. OMA Shared Profile XDM */
import {
  children,
  FormatError,
  type Parsed,
  parsed,
  parseXml,
  textContent,
  XmlWriter,
} from "@parlance/wire";
import { attributeOf } from "../xml-fields.ts";

export interface UserProfile {
  readonly uri: string | undefined;
  /** The first one, whatever its language. */
  readonly displayName: string | undefined;
}

export const USER_PROFILE_TYPE = "application/vnd.oma.user-profile+xml";
const USER_PROFILE = "urn:oma:xml:xdm:user-profile";

/** A profile, or the first of several. */
export function parseUserProfile(bytes: Uint8Array): Parsed<UserProfile> {
  const document = parseXml(bytes);
  if (!document.ok) return document;
  return parsed(() => {
    const { root } = document.value;
    const [profile] = root.local === "user-profiles" ? children(root, "user-profile") : [root];
    if (profile?.local !== "user-profile" || root.namespace !== USER_PROFILE) {
      throw new FormatError(USER_PROFILE_TYPE, root.start, "root is not user-profile");
    }
    const names = children(profile, "display-name").map(textContent);
    return { uri: attributeOf(profile, "uri"), displayName: names.find((name) => name !== "") };
  });
}

export function formatUserProfile({ uri, displayName }: UserProfile): Uint8Array<ArrayBuffer> {
  const xml = new XmlWriter().open("user-profile", { xmlns: USER_PROFILE, uri });
  if (displayName !== undefined) xml.leaf("display-name", displayName);
  return xml.close().done();
}
