/** Every way in which the operator's API says no: a code for programs, a status, and words for whoever asked. */
import { DOOR_DENIALS } from "@parlance/node";

const TABLE = {
  "bad request": [400, "the request is not as the API document says"],
  ...DOOR_DENIALS,
  "no such route": [404, "the API has no such route: /api/openapi.json lists them"],
  "no such user": [404, "there is no such user"],
  "name not usable": [
    400,
    "name: 1 to 64 letters, digits, dots, dashes and underscores; a letter or digit first",
  ],
  "password not usable": [400, "password: 1 to 1024 characters, no controls"],
  "identity not usable": [400, "identities: at most 16 sip: or tel: addresses"],
  "name taken": [409, "there is such a user already"],
  "identity taken": [409, "an identity belongs to another user"],
  "no such group": [404, "there is no such group or room"],
  "address taken": [409, "a user, a group or a service has that address"],
  "not the operator's group": [
    409,
    "that group is the configuration's, or a user's: change it there",
  ],
  "too many groups": [409, "an operator keeps at most 1000 groups and rooms"],
  "not for its kind": [400, "groups have members, rooms have moderators, writers and a limit"],
  "not on hold": [404, "nothing of that user is on hold"],
  "no such message": [404, "no such message waits"],
  "no such session": [404, "there is no such session: it may be over"],
  "no such leg": [404, "the session has no such leg: it may be gone"],
  "no such participant": [404, "nobody of that address is in the session"],
  "not a session of many": [409, "in a session of two nobody moderates: it can be ended"],
  "subject not usable": [400, "subject: at most 200 characters in one line"],
  "not traced": [404, "that user is not traced"],
  "too many traces": [409, "too many users are traced already"],
  "trace is off": [409, "trace.bytes is 0: nobody can be traced"],
  "too many look on": [503, "too many look on already"],
  "no such backup": [404, "there is no such backup"],
  "backup runs already": [409, "a backup is being taken: wait for it"],
  "nothing on disk": [409, "the store is in memory: there is nothing to back up"],
  "backup not whole": [409, "the backup is not as it was written"],
  "draining already": [409, "the server drains already"],
  failed: [500, "something went wrong in the server: its log says more under this id"],
} as const satisfies Record<string, readonly [status: number, why: string]>;

export type DenialCode = keyof typeof TABLE;

/** Not an error: the answer to somebody who may ask again in another way. */
export class Denial {
  readonly code: DenialCode;
  readonly why: string;

  /** `why` where there is more to say than the table does. */
  constructor(code: DenialCode, why: string = TABLE[code][1]) {
    this.code = code;
    this.why = why;
  }

  get status(): number {
    return statusOf(this.code);
  }
}

export function deny(code: DenialCode, why?: string): Denial {
  return new Denial(code, why);
}

export function statusOf(code: DenialCode): number {
  return TABLE[code][0];
}

export function wordsOf(code: DenialCode): string {
  return TABLE[code][1];
}
