/** Whether a device takes a message as it is, out of its envelope, or in one. RFC 4975 §8.6, OMA IM 3.10, 6.3 */
import { takesType } from "@parlance/formats";
import { CPIM } from "@parlance/im";
import type { MediaTypes } from "../ports/index.ts";

export type Form = "as it is" | "wrapped" | "bare";

/** What nobody can turn into anything that is taken goes as it is: the device itself says no. */
export function formFor(essence: string, takes: MediaTypes): Form {
  const { acceptTypes, acceptWrappedTypes } = takes;
  if (takesType(acceptTypes, essence)) return "as it is";
  if (essence === CPIM) return "bare";
  const wrapped = acceptWrappedTypes.length === 0 || takesType(acceptWrappedTypes, essence);
  return wrapped && takesType(acceptTypes, CPIM) ? "wrapped" : "as it is";
}

/** `type/subtype` in lower case. */
export function essenceOf(contentType: string): string {
  const end = contentType.indexOf(";");
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}
