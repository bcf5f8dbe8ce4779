/** Who may be in a group and say nothing to it. */
import type { Grounds } from "@parlance/im";

export const READER: Grounds = {
  why: "by the rules of the group he reads and does not write",
  clause: "OMA IM 17.3",
};
