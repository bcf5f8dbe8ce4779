/** How the operator's door says no: a status, and words for whoever asked. */

export const DOOR_DENIALS = {
  "not logged in": [401, "show the operator's token as Bearer, or log in"],
  "wrong token": [401, "that is not the operator's token"],
  "another site": [403, "the request came from a page of another site"],
  "no csrf token": [403, "x-parlance-csrf has to say what POST /api/login answered"],
  "needs tls": [403, "a login by cookie needs https, or a listener on loopback"],
  "too many tries": [429, "too many wrong tokens from your address: wait as Retry-After says"],
} as const satisfies Record<string, readonly [status: number, why: string]>;

export type DoorDenial = keyof typeof DOOR_DENIALS;
