/** What the user says of himself: the name that others are shown. OMA Shared Profile XDM */
import { formatUserProfile, parseUserProfile } from "@parlance/formats";
import { children, textContent } from "@parlance/wire";
import { readTarget } from "../base/addresses.ts";
import { ImError } from "../base/errors.ts";
import type { Signal } from "../base/signal.ts";
import type { Documents } from "../documents/documents.ts";
import { USER_PROFILE } from "../documents/usages.ts";
import type { CallOptions } from "./block-list.ts";
import { EditedDocument, textFor } from "./edited-document.ts";
import type { OwnedValue } from "./owned-value.ts";

export interface OwnProfile {
  readonly address: string;
  readonly displayName: string | undefined;
}

const PLACE = { usage: USER_PROFILE, name: "user-profile" };

export class Profile {
  readonly #documents: Documents;
  readonly #value: OwnedValue<OwnProfile>;
  readonly #self: string;

  constructor(documents: Documents, value: OwnedValue<OwnProfile>, self: string) {
    this.#documents = documents;
    this.#value = value;
    this.#self = self;
  }

  static async read(
    documents: Documents,
    address: string,
    signal: Signal | undefined,
  ): Promise<OwnProfile> {
    const how = signal === undefined ? {} : { signal };
    const document = await documents.read({ ...PLACE, owner: address }, how);
    return profileIn(document?.content, address);
  }

  /** Rejects with ImError, as all of these do. */
  get(options: CallOptions = {}): Promise<OwnProfile> {
    return this.#value.get(options.signal);
  }

  /**
   * That of somebody else, where the server shows it. Parlance's shows the name to users whom he has not blocked; to them, and of whom it
   * does not know, it is "refused".
   */
  of(address: string, options: CallOptions = {}): Promise<OwnProfile> {
    return Profile.read(this.#documents, readTarget(address).address, options.signal);
  }

  /** Undefined takes the name away. What else the profile says stays. */
  async set(
    { displayName }: { readonly displayName: string | undefined },
    options: CallOptions = {},
  ): Promise<OwnProfile> {
    const named = (before: Uint8Array | undefined): Uint8Array =>
      withName(before, displayName, this.#self);
    const after = await this.#documents.change(PLACE, named, options);
    const profile = profileIn(after?.content, this.#self);
    this.#value.tell(profile);
    return profile;
  }
}

function profileIn(content: Uint8Array | undefined, address: string): OwnProfile {
  if (content === undefined) return { address, displayName: undefined };
  const read = parseUserProfile(content);
  if (read.ok) return { address, displayName: read.value.displayName };
  throw new ImError("server trouble", { warning: read.error.message });
}

/** In whatever languages it was said: there is one name then. */
function withName(
  content: Uint8Array | undefined,
  displayName: string | undefined,
  uri: string,
): Uint8Array {
  if (content === undefined) return formatUserProfile({ uri, displayName });
  const edited = new EditedDocument(content);
  const profile = () => children(edited.root, "user-profile")[0] ?? edited.root;
  const names = () => children(profile(), "display-name");
  const [said] = names();
  if (names().length === 1 && said && textContent(said) === displayName) return content;
  for (let [name] = names(); name !== undefined; [name] = names()) edited.remove(name);
  if (displayName !== undefined) {
    edited.insert(profile(), textFor(profile(), "display-name", displayName), []);
  }
  return edited.bytes;
}
