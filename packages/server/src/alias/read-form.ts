/** The fields of a form, as browsers send them. application/x-www-form-urlencoded */
import { utf8Text } from "@parlance/wire";
import { field, type WebRequest, wholeBody } from "../web/index.ts";

const MOST_BYTES = 4_096;
const TYPE = "application/x-www-form-urlencoded";

/** Undefined for what is no such form, or too long a one. Of a name that stands twice the first counts. */
export async function readForm(
  request: WebRequest,
): Promise<ReadonlyMap<string, string> | undefined> {
  const type = field(request, "content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== TYPE) return undefined;
  const bytes = await wholeBody(request, MOST_BYTES);
  if (bytes === undefined) return undefined;
  const fields = new Map<string, string>();
  for (const pair of utf8Text(bytes).split("&")) {
    const at = pair.indexOf("=");
    const [name, value] = at === -1 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
    const [key, text] = [decoded(name), decoded(value)];
    if (key === undefined || text === undefined) return undefined;
    if (!fields.has(key)) fields.set(key, text);
  }
  return fields;
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
