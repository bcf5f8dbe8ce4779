/** Small bodies of requests. */
import { concatBytes, FormatError, utf8Text } from "@parlance/wire";
import { field } from "./fields.ts";
import type { WebRequest } from "./message.ts";

/** All of a body, or undefined as soon as there is more of it than the bound. */
export async function wholeBody(
  { body }: WebRequest,
  mostBytes: number,
): Promise<Uint8Array | undefined> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.length;
    if (length > mostBytes) return undefined;
    pieces.push(piece);
  }
  return concatBytes(...pieces);
}

/** A JSON object; its values have not been looked at. Throws `FormatError`: 400. */
export async function readJson(
  request: WebRequest,
  mostBytes: number,
): Promise<ReadonlyMap<string, unknown>> {
  const type = field(request, "content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/json") throw new FormatError("body", 0, "expected application/json");
  const bytes = await wholeBody(request, mostBytes);
  if (bytes === undefined) throw new FormatError("body", mostBytes, "too long");
  const value = parsedJson(utf8Text(bytes));
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new FormatError("body", 0, "expected an object");
  }
  return new Map(Object.entries(value));
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FormatError("body", 0, "not JSON");
  }
}
