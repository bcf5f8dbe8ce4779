/** Where a document of a user is, or a part of it. RFC 4825 §6 */

export interface DocumentPlace {
  /** The application usage, by its AUID: `resource-lists`. */
  readonly usage: string;
  /** Of the document: `index`. */
  readonly name: string;
  /**
   * A part of it, as RFC 4825 §6.3 writes it: `resource-lists/list[@name="friends"]`, or an attribute, with `/@name`
   * at its end. Names without prefix are of the usage's own namespace.
   */
  readonly node?: string;
  /** What the prefixes in `node` stand for. */
  readonly prefixes?: Readonly<Record<string, string>>;
  /** Whose it is; the user's own where nobody is named. */
  readonly owner?: string;
}

/** Below the root. Throws TypeError for what cannot be a place. */
export function pathOf(place: DocumentPlace, self: string): string {
  const { usage, name, node, prefixes = {}, owner = self } = place;
  const folder = `${segment(usage)}/users/${segment(owner)}`;
  const document = `${folder}/${segment(name)}`;
  if (node === undefined) return document;
  const bindings = Object.entries(prefixes).map(([prefix, uri]) => binding(prefix, uri));
  const query = bindings.length === 0 ? "" : `?${bindings.join("")}`;
  return `${document}/~~/${encoded(node)}${query}`;
}

function segment(text: string): string {
  if (text === "" || text === "." || text === ".." || text.includes("/")) {
    throw new TypeError(`not the name of a document: ${text}`);
  }
  return encoded(text);
}

/** What may stand in a path stays as it is; the slash, too. RFC 3986 §3.3 */
function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(
    /%(?:2F|3A|40|3D|2C|3B|24|26|2B)/g,
    decodeURIComponent,
  );
}

/** RFC 4825 §6.4, RFC 3986: what would end it is written otherwise. XPointer §3.1 */
function binding(prefix: string, uri: string): string {
  if (!/^[A-Za-z_][\w.-]*$/.test(prefix)) throw new TypeError(`not a prefix: ${prefix}`);
  return `xmlns(${prefix}=${encodeURIComponent(uri.replaceAll(/[\^()]/g, "^$&"))})`;
}
