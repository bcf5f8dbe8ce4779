/** What becomes of the wish to be called something. RFC 7701 §7, §10 */
import { ImError } from "../base/errors.ts";

/** The status that answered NICKNAME, as an error; undefined when the wish was granted. */
export function nicknameError(status: number | undefined): ImError | undefined {
  switch (status) {
    case 200:
      return undefined;
    case undefined:
      return new ImError("timeout");
    case 424:
      return new ImError("name not valid", { status });
    case 425:
      return new ImError("name taken", { status });
    case 423:
      return new ImError("busy", { status }); // asked for too often
    case 501:
      return new ImError("not supported", { status });
    default:
      return new ImError("refused", { status });
  }
}
