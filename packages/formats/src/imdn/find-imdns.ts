/** The notifications in a body, however they are packed. RFC 5438 §7.1.4, §8.3, §9 */
import { type Parsed, parsed } from "@parlance/wire";
import { type Cpim, readCpim } from "../cpim/index.ts";
import { type Entity, mediaTypeOf } from "../mime/index.ts";
import { parseLeaves } from "../multipart/index.ts";
import { IMDN_TYPE, type Imdn, parseImdn } from "./imdn.ts";

export interface ReceivedImdn {
  readonly imdn: Imdn;
  /** The envelope it came in; some programs send notifications without one. */
  readonly envelope: Cpim | undefined;
}

/** In order; none when the body holds no notification. Parts of other types are passed over. */
export function findImdns(body: Entity): Parsed<readonly ReceivedImdn[]> {
  return parsed(() => {
    const found: ReceivedImdn[] = [];
    collect(body, undefined, found);
    return found;
  });
}

/** An envelope inside an envelope is content, and not looked into. */
function collect(body: Entity, envelope: Cpim | undefined, found: ReceivedImdn[]): void {
  for (const leaf of valueOf(parseLeaves(body))) {
    const { essence } = mediaTypeOf(leaf.headers);
    if (essence === IMDN_TYPE) {
      found.push({ imdn: valueOf(parseImdn(leaf.content)), envelope });
    } else if (essence === "message/cpim" && envelope === undefined) {
      const inner = readCpim(leaf.content);
      collect({ headers: inner.contentHeaders, content: inner.content }, inner, found);
    }
  }
}

/** For use inside `parsed`. */
function valueOf<T>(result: Parsed<T>): T {
  if (!result.ok) throw result.error;
  return result.value;
}
