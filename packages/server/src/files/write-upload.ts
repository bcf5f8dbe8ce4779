/** Octets for an upload, from the first request or a later one. draft-ietf-httpbis-resumable-upload §4.4 */
import { type ContentWriter, type StoredFile, StoreError } from "../store/index.ts";
import {
  booleanField,
  emptyAnswer,
  field,
  notFound,
  numberField,
  refusal,
  sha256Field,
  type WebAnswer,
  type WebRequest,
} from "../web/index.ts";
import { Checkpoints } from "./checkpoints.ts";
import { finishUpload } from "./finish-upload.ts";
import { type Receipt, receiveOctets } from "./receive-octets.ts";
import type { Turn } from "./uploads-under-way.ts";
import { uploadFields } from "./view.ts";
import type { FileWork } from "./work.ts";

const PARTIAL_TYPE = "application/partial-upload";

/** PATCH. `upload` is its owner's. Throws `FormatError`: 400. */
export async function writeUpload(
  request: WebRequest,
  { id, owner }: StoredFile,
  on: FileWork,
): Promise<WebAnswer> {
  const wanted = numberField(request, "upload-offset");
  const complete = booleanField(request, "upload-complete");
  const sha256 = sha256Field(request, "repr-digest");
  if (field(request, "content-type") !== PARTIAL_TYPE) return refusal(415, "not a partial upload");
  if (wanted === undefined || complete === undefined) return refusal(400, "no offset");
  const answer = await on.uploads.take(id, { owner, brings: true }, async (turn) => {
    const upload = await on.store.find(id); // now that nobody else writes
    if (upload === undefined) return notFound();
    if (upload.facts !== undefined) return refusedAt(409, "already complete", upload, on);
    if (upload.offset !== wanted) return refusedAt(409, "wrong offset", upload, on);
    const writer = await on.content.resume(upload.content, wanted);
    if (writer === undefined) return lost(upload, on);
    return takeBody(request, upload, { writer, turn, complete, sha256 }, on);
  });
  return answer ?? refusal(429, "too many uploads", [["retry-after", "5"]]);
}

export interface Part {
  readonly writer: ContentWriter;
  readonly turn: Turn;
  /** Nothing comes after it. */
  readonly complete: boolean;
  readonly sha256: string | undefined;
}

/** Takes the body to its end, and finishes the upload if it is the last part of it. Closes the writer. */
export async function takeBody(
  request: WebRequest,
  upload: StoredFile,
  part: Part,
  on: FileWork,
): Promise<WebAnswer> {
  const { writer, turn, complete } = part;
  const checkpoints = new Checkpoints(upload.id, writer, on);
  try {
    const receipt = await receiveOctets(request.body, {
      writer,
      checkpoints,
      turn,
      mostBytes: upload.declaredBytes ?? upload.reservedBytes,
      received: (bytes) => on.counters.received(bytes),
    });
    await checkpoints.settle();
    if (receipt === "all" && complete) return await lastAnswer(upload, part, checkpoints, on);
    const offset = await checkpoints.reach();
    return answerTo(receipt, { ...upload, offset }, on);
  } catch (error) {
    on.counters.uploaded("refused");
    throw error;
  } finally {
    await closed(writer, on);
  }
}

async function lastAnswer(
  upload: StoredFile,
  { writer, sha256 }: Part,
  checkpoints: Checkpoints,
  on: FileWork,
): Promise<WebAnswer> {
  const finish = await finishUpload(upload, writer, sha256, on);
  switch (finish.do) {
    case "finished":
      on.counters.uploaded("complete");
      return emptyAnswer(201, uploadFields(finish.file, on));
    case "wrong hash":
      on.counters.uploaded("refused");
      return refusal(422, "wrong hash");
    case "wrong size": {
      on.counters.uploaded("refused");
      const offset = await checkpoints.reach();
      return refusedAt(400, "wrong size", { ...upload, offset }, on);
    }
    case "gone":
      return notFound();
  }
}

function answerTo(receipt: Receipt, upload: StoredFile, on: FileWork): WebAnswer {
  switch (receipt) {
    case "all":
      on.counters.uploaded("paused");
      return emptyAnswer(204, uploadFields(upload, on));
    case "too large":
      on.counters.uploaded("refused");
      on.hits.hit("fileBytes");
      return refusedAt(413, "too large", upload, on);
    case "slow":
      on.counters.uploaded("slow");
      return refusedAt(408, "too slow", upload, on);
    case "stopped":
      on.counters.uploaded("cut");
      return refusedAt(409, "another request goes on", upload, on);
    case "gone":
      on.counters.uploaded("cut");
      return refusedAt(400, "cut", upload, on); // nobody hears it
  }
}

export function refusedAt(
  status: number,
  error: string,
  upload: StoredFile,
  on: FileWork,
): WebAnswer {
  return refusal(status, error, uploadFields(upload, on));
}

/** A power cut has taken an upload of which nothing was durable: the client begins anew. */
async function lost(upload: StoredFile, on: FileWork): Promise<WebAnswer> {
  on.log.warn("content of an upload is gone", { file: upload.id });
  await on.store.remove(upload.id);
  await on.content.delete(upload.content);
  return notFound();
}

/** What has failed before has been told; what fails here has nobody to be told but the operator. */
async function closed(writer: ContentWriter, { log }: FileWork): Promise<void> {
  try {
    await writer.close();
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log.warn("content not closed", { fault: error.fault });
  }
}
