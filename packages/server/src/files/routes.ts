/** Which path and method is which procedure. `/files` is for users, `/files/LINK` for whoever has the link. */
import type { User, WebLogin } from "../ports/index.ts";
import type { StoredFile } from "../store/index.ts";
import {
  emptyAnswer,
  jsonAnswer,
  methodNotAllowed,
  notFound,
  refusal,
  type WebAnswer,
  type WebHandler,
  type WebRequest,
  wholeNumber,
} from "../web/index.ts";
import { createUpload } from "./create-upload.ts";
import { download, downloadThumbnail } from "./download.ts";
import { putThumbnail } from "./put-thumbnail.ts";
import { removeByOwner } from "./remove-file.ts";
import { limitText, uploadFields, viewOf } from "./view.ts";
import type { FileWork } from "./work.ts";
import { writeUpload } from "./write-upload.ts";

const ROOT_METHODS = "GET, HEAD, OPTIONS, POST";
const UPLOAD_METHODS = "DELETE, GET, HEAD, PATCH";
const MOST_LISTED = 1_000;
const USUALLY_LISTED = 100;

export function fileRoutes(on: FileWork, login: WebLogin): WebHandler {
  return async (request) => {
    const [, first, second, third, ...more] = request.path;
    if (more.length > 0) return notFound();
    if (first === undefined) return root(request, on, login);
    if (first === "uploads") {
      return third === undefined || third === "thumbnail"
        ? ofOwner(request, second ?? "", third, { on, login })
        : notFound();
    }
    if (third !== undefined) return notFound();
    if (second === "thumbnail") return downloadThumbnail(request, first, on);
    return second === undefined ? download(request, first, on) : notFound();
  };
}

async function root(request: WebRequest, on: FileWork, login: WebLogin): Promise<WebAnswer> {
  if (request.method === "OPTIONS") {
    return emptyAnswer(204, [
      ["allow", ROOT_METHODS],
      ["upload-limit", limitText(on.limits)],
    ]);
  }
  if (!["GET", "HEAD", "POST"].includes(request.method)) return methodNotAllowed(ROOT_METHODS);
  const proof = await login(request);
  if (proof.do === "refuse") return proof.answer;
  return request.method === "POST"
    ? createUpload(request, proof.user, on)
    : list(request, proof.user, on);
}

/** An upload or file of the user; one of somebody else is not there. */
async function ofOwner(
  request: WebRequest,
  id: string,
  part: "thumbnail" | undefined,
  { on, login }: { readonly on: FileWork; readonly login: WebLogin },
): Promise<WebAnswer> {
  const proof = await login(request);
  if (proof.do === "refuse") return proof.answer;
  const file = await on.store.find(id);
  if (file?.owner !== proof.user.name) return notFound();
  if (part === "thumbnail") {
    return request.method === "PUT" ? putThumbnail(request, file, on) : methodNotAllowed("PUT");
  }
  switch (request.method) {
    case "PATCH":
      return writeUpload(request, file, on);
    case "HEAD":
      return tellOffset(file, on);
    case "GET":
      return jsonAnswer(200, viewOf(file, on.publicUrl()), uploadFields(file, on));
    case "DELETE":
      return removeByOwner(file, on);
    default:
      return methodNotAllowed(UPLOAD_METHODS);
  }
}

/** Where the upload goes on; a request that still writes is stopped, so that this stays true. */
async function tellOffset({ id, owner }: StoredFile, on: FileWork): Promise<WebAnswer> {
  const answer = await on.uploads.take(id, { owner, brings: false }, async () => {
    const file = await on.store.find(id);
    return file && emptyAnswer(204, uploadFields(file, on));
  });
  return answer ?? notFound();
}

/** The user's own files, in the order of their ids. */
async function list(request: WebRequest, user: User, on: FileWork): Promise<WebAnswer> {
  const limit = wholeNumber(request.query.get("limit") ?? String(USUALLY_LISTED));
  if (limit === undefined || limit < 1 || limit > MOST_LISTED) return refusal(400, "bad limit");
  const page = await on.store.ofOwner(user.name, request.query.get("after"), limit);
  const { files, bytes } = await on.store.usage(user.name);
  const base = on.publicUrl();
  return jsonAnswer(200, {
    files: page.map((file) => viewOf(file, base)),
    next: page.length === limit ? page.at(-1)?.id : undefined,
    usage: {
      files,
      bytes,
      mostFiles: on.limits.filesPerUser,
      mostBytes: on.limits.fileBytesPerUser,
    },
  });
}
