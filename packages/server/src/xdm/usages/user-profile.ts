/** What a user says of himself. OMA Shared Profile XDM */
import {
  formatUserProfile,
  parseUserProfile,
  USER_PROFILE_TYPE,
  xcapError,
} from "@parlance/formats";
import { identityKey } from "@parlance/im";
import { invalid, noClaim } from "./refusals.ts";
import type { Usage } from "./usage.ts";

export const USER_PROFILE = "org.openmobilealliance.user-profile";
const LONGEST_NAME = 64; // as of any display name. OMA IM 3.5

export function userProfile(): Usage {
  return {
    auid: USER_PROFILE,
    type: USER_PROFILE_TYPE,
    namespace: "urn:oma:xml:xdm:user-profile",
    extensions: [],
    only: "user-profile",
    source: undefined,
    // What it says of him beside his name is his alone. Clause 17.7
    forOthers(bytes, { address: uri }) {
      const read = parseUserProfile(bytes);
      const displayName = read.ok ? read.value.displayName : undefined;
      return formatUserProfile({ uri, displayName });
    },
    check({ bytes, owner }) {
      const read = parseUserProfile(bytes);
      if (!read.ok) return invalid(read.error.reason);
      const { uri, displayName = "" } = read.value;
      if (uri !== undefined && !owner.identities.includes(identityKey(uri))) {
        return xcapError("constraint-failure", "uri is not an address of the user");
      }
      if (displayName.length > LONGEST_NAME) {
        return xcapError("constraint-failure", `display-name is longer than ${LONGEST_NAME}`);
      }
      return undefined;
    },
    ...noClaim,
  };
}
