/** A new upload, with all of its octets, some or none. draft-ietf-httpbis-resumable-upload §4.2 */
import {
  fileNameOf,
  formatMediaType,
  parseDisposition,
  parseMediaType,
  safeFileName,
} from "@parlance/formats";
import type { User } from "../ports/index.ts";
import type { StoredFile } from "../store/index.ts";
import {
  booleanField,
  field,
  jsonAnswer,
  numberField,
  refusal,
  sha256Field,
  type WebAnswer,
  type WebRequest,
} from "../web/index.ts";
import { hashOfLink, newLink, newUploadId, urlOfLink, urlOfUpload } from "./link.ts";
import { limitText, viewOf } from "./view.ts";
import { type FileWork, quotaOf } from "./work.ts";
import { takeBody } from "./write-upload.ts";

export interface Creation {
  readonly name: string | undefined;
  readonly type: string;
  readonly declaredBytes: number | undefined;
  readonly declaredSha256: string | undefined;
  readonly complete: boolean;
}

const MOST_TYPE_CHARACTERS = 255;
const OCTETS = "application/octet-stream";
/** Of an upload for which nothing has come yet: its answer may have been lost, and it reserves room. */
const FIRST_OCTETS_MS = 900_000;

/** POST. Throws `FormatError`: 400. */
export async function createUpload(
  request: WebRequest,
  owner: User,
  on: FileWork,
): Promise<WebAnswer> {
  const creation = readCreation(request);
  const { limits } = on;
  if ((creation.declaredBytes ?? 0) > limits.fileBytes) {
    on.hits.hit("fileBytes");
    return refusal(413, "too large", [["upload-limit", limitText(limits)]]);
  }
  const id = newUploadId(on.random);
  const answer = await on.uploads.take(id, { owner: owner.name, brings: true }, async (turn) => {
    const link = newLink(on.random);
    const reservedBytes = await reservation(creation, owner, on);
    if (reservedBytes === undefined) return overQuota(on);
    const writer = await on.content.create();
    const upload = uploadOf(
      { id, owner: owner.name, link, content: writer.id, reservedBytes },
      creation,
      on,
    );
    if ((await on.store.create(upload, quotaOf(on))) === "over quota") {
      await writer.close();
      await on.content.delete(writer.id);
      return overQuota(on);
    }
    const { complete } = creation;
    const taken = await takeBody(
      request,
      upload,
      { writer, turn, complete, sha256: undefined },
      on,
    );
    if (taken.status < 400) return described(taken, upload, link, on);
    await forget(upload, on);
    return taken;
  });
  return answer ?? refusal(429, "too many uploads", [["retry-after", "5"]]);
}

/** What the fields of the request say. Throws `FormatError`. */
export function readCreation(request: WebRequest): Creation {
  // RFC 9110 §8.6: the adapter has seen to it that there is one length, and that it is right.
  const complete = booleanField(request, "upload-complete") ?? true;
  const length = numberField(request, "upload-length");
  const bodyLength = complete ? numberField(request, "content-length") : undefined;
  return {
    name: nameIn(request),
    type: typeIn(request),
    declaredBytes: length ?? bodyLength,
    declaredSha256: sha256Field(request, "repr-digest"),
    complete,
  };
}

function nameIn(request: WebRequest): string | undefined {
  const text = field(request, "content-disposition");
  if (text === undefined) return undefined;
  const read = parseDisposition(text);
  const name = read.ok ? fileNameOf(read.value) : undefined;
  return name === undefined ? undefined : safeFileName(name);
}

/** What cannot be read is octets: the type is for recipients and decides nothing here. */
function typeIn(request: WebRequest): string {
  const read = parseMediaType(field(request, "content-type") ?? OCTETS);
  const type = read.ok ? formatMediaType(read.value) : OCTETS;
  return type.length <= MOST_TYPE_CHARACTERS && /^[ -~]+$/.test(type) ? type : OCTETS;
}

/** An upload that does not say how long it is may grow to what is left; undefined: nothing is. */
async function reservation(
  { declaredBytes }: Creation,
  owner: User,
  { store, limits }: FileWork,
): Promise<number | undefined> {
  if (declaredBytes !== undefined) return declaredBytes;
  const { bytes } = await store.usage(owner.name);
  const left = Math.min(limits.fileBytes, limits.fileBytesPerUser - bytes);
  return left > 0 ? left : undefined;
}

interface Names {
  readonly id: string;
  readonly owner: string;
  readonly link: string;
  readonly content: string;
  readonly reservedBytes: number;
}

function uploadOf(
  names: Names,
  creation: Creation,
  { hashing, clock, limits }: FileWork,
): StoredFile {
  const { id, owner, link, content, reservedBytes } = names;
  const { name, type, declaredBytes, declaredSha256 } = creation;
  const now = clock.now();
  return {
    id,
    owner,
    content,
    linkHash: hashOfLink(hashing, link),
    name,
    type,
    declaredBytes,
    declaredSha256,
    reservedBytes,
    offset: 0,
    facts: undefined,
    thumbnail: undefined,
    createdAt: now,
    expiresAt: now + Math.min(FIRST_OCTETS_MS, limits.uploadIdleSeconds * 1_000),
  };
}

/** The only answer that has the link: nobody can tell it again. */
async function described(
  taken: WebAnswer,
  upload: StoredFile,
  link: string,
  on: FileWork,
): Promise<WebAnswer> {
  const file = (await on.store.find(upload.id)) ?? upload;
  const base = on.publicUrl();
  return jsonAnswer(201, { ...viewOf(file, base), url: urlOfLink(base, link) }, [
    ["location", urlOfUpload(base, file.id)],
    ...taken.headers.filter(([name]) => name.startsWith("upload-")),
  ]);
}

/** Its client has never heard how it is called, so nobody can go on with it. */
async function forget({ id, content }: StoredFile, on: FileWork): Promise<void> {
  await on.store.remove(id);
  await on.content.delete(content);
}

function overQuota(on: FileWork): WebAnswer {
  on.hits.hit("fileBytesPerUser");
  on.counters.uploaded("refused");
  return refusal(507, "over quota");
}
