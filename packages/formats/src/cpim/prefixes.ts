/** Which prefix each namespace gets when a message is written, and the NS headers this needs. */
import { CPIM_HEADERS, type HeaderName, NAME } from "./names.ts";

/** Where these stand, a reader of the joined layout sees the content's headers begin. */
const LIKE_MIME = /^(?:content-|mime-version$)/i;

export class Prefixes {
  readonly #byNamespace = new Map<string, string>();

  /** Prefixes are kept as they are unless one would mean two things. */
  constructor(names: Iterable<HeaderName>) {
    const taken = new Set<string>();
    const all = [...names];
    // A prefix without a declaration must stay without one, or its headers would gain a meaning.
    for (const { namespace, prefix } of all) if (namespace === undefined) taken.add(prefix);
    for (const { namespace, prefix } of all) {
      if (namespace === undefined || namespace === CPIM_HEADERS) continue;
      if (this.#byNamespace.has(namespace)) continue;
      const free = freePrefix(prefix, (one) => taken.has(one));
      taken.add(free);
      this.#byNamespace.set(namespace, free);
    }
  }

  declarations(): Iterable<readonly [prefix: string, namespace: string]> {
    return [...this.#byNamespace].map(([namespace, prefix]) => [prefix, namespace] as const);
  }

  /** The name as it is written. A name that would be read as something else is our mistake. */
  write({ namespace, prefix, name }: HeaderName): string {
    if (!NAME.test(name)) throw new RangeError(`not a header name: ${name}`);
    if (namespace === CPIM_HEADERS) {
      if (LIKE_MIME.test(name)) throw new RangeError(`name of a content header: ${name}`);
      return name;
    }
    const written = namespace === undefined ? prefix : this.#byNamespace.get(namespace);
    return `${written}.${name}`;
  }
}

/** `wanted` when it is one and free, otherwise the first of ns1, ns2 … that is. */
export function freePrefix(wanted: string, taken: (prefix: string) => boolean): string {
  if (NAME.test(wanted) && !LIKE_MIME.test(wanted) && !taken(wanted)) return wanted;
  for (let number = 1; ; number += 1) if (!taken(`ns${number}`)) return `ns${number}`;
}
