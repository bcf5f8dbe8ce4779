/** Who may operate the server: whoever can read a file in its data folder. RFC 6750 §2.1 */
import { randomBytes } from "node:crypto";
import { readOrMakeSecretFile, Secret } from "../secrets/index.ts";
import { sameSecret } from "./operator-logins.ts";

const TOKEN_BYTES = 32;
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]{1,512}=*)$/i;

export class OperatorToken {
  readonly #token: Secret<string>;

  /** Reads the token, and makes one when there is none. */
  static open(path: string): OperatorToken {
    return new OperatorToken(readOrMakeSecretFile(path, newToken).trim());
  }

  constructor(token: string) {
    if (token.length < TOKEN_BYTES) throw new RangeError("the operator token is too short");
    this.#token = new Secret(token);
  }

  /** Judges an Authorization header, in the same time for every wrong one. */
  admits(authorization: string | undefined): boolean {
    const [, shown = ""] = BEARER.exec(authorization ?? "") ?? [];
    return this.is(shown);
  }

  /** In the same time for every wrong one. */
  is(shown: string): boolean {
    return sameSecret(shown, this.#token.reveal());
  }
}

function newToken(): string {
  return `${randomBytes(TOKEN_BYTES).toString("base64url")}\n`;
}
