/** Addresses as people type them. */

/** A bare name is somebody of the domain of `self`. */
export function fullAddress(typed: string, self: string): string {
  if (/^[a-z]+:/i.test(typed)) return typed;
  return `sip:${typed.includes("@") ? typed : typed + self.slice(self.indexOf("@"))}`;
}
