/** DELETE of a document, an element or an attribute. RFC 4825 §7.3, §7.5, §7.8, §8.4 */
import { deleteNode, elementOf, readNode } from "@parlance/formats";
import { attribute, parseXml } from "@parlance/wire";
import type { ServerDocuments, User } from "../ports/index.ts";
import { methodNotAllowed, notFound, refusal, type WebAnswer } from "../web/index.ts";
import { conflict, done, unmet } from "./answers.ts";
import { type Conditions, judgeConditions } from "./conditions.ts";
import { type Change, keyOf, type OpenDocument } from "./documents.ts";
import { type ReadPorts, tagOf } from "./get-document.ts";
import { located } from "./put-document.ts";
import type { AskedDocument } from "./target.ts";

export async function deleteDocument(
  asked: AskedDocument,
  user: User,
  conditions: Conditions,
  ports: ReadPorts,
): Promise<WebAnswer> {
  const { usage, name, node } = asked;
  if (usage.only !== undefined && usage.only !== name) return notFound();
  if (usage.source !== undefined) {
    return deleteWritten(asked, user, conditions, { ...ports, source: usage.source });
  }
  if (node?.terminal.kind === "namespaces") return methodNotAllowed("GET, HEAD");
  const changed = await ports.documents.change(
    keyOf(user, usage.auid, name),
    (now): Change<WebAnswer> => deleted(now, asked, { conditions, user }),
  );
  switch (changed.outcome) {
    case "put":
      return done(200, changed.etag);
    case "removed":
      return done(200, undefined);
    case "left":
      return changed.because;
    default:
      return refusal(503, "busy", [["retry-after", "1"]]);
  }
}

function deleted(
  now: OpenDocument | undefined,
  { usage, node, uri }: AskedDocument,
  { conditions, user }: { readonly conditions: Conditions; readonly user: User },
): Change<WebAnswer> {
  const part = now && node && readNode(now.stored.bytes, now.xml, node);
  const exists = now !== undefined && (node === undefined || part !== undefined);
  const etag = now?.stored.etag;
  const not = judgeConditions(conditions, { etag, exists, reads: false });
  if (not !== undefined) return leave(unmet(not, etag));
  if (now === undefined) return leave(notFound());
  if (node === undefined) return { do: "remove" };
  const edit = deleteNode(now.stored.bytes, now.xml, node);
  if (edit.kind === "conflict") return leave(conflict(located(edit.error, uri)));
  if (edit.kind === "not found") return leave(notFound());
  if (edit.kind === "not allowed") return leave(methodNotAllowed("GET, HEAD"));
  const checked = { bytes: edit.bytes, xml: edit.document, owner: user };
  const wrong = usage.check(checked);
  if (wrong !== undefined) return leave(conflict(wrong));
  return { do: "put", ...checked, claim: usage.claimOf(checked) };
}

/** What the server writes is deleted with what it speaks of, one entry or all. OMA IM 17.5, D-20 */
async function deleteWritten(
  { node }: AskedDocument,
  user: User,
  conditions: Conditions,
  { source, hashing }: Pick<ReadPorts, "hashing"> & { readonly source: ServerDocuments },
): Promise<WebAnswer> {
  if (source.remove === undefined) return methodNotAllowed("GET, HEAD");
  const written = await source.read(user);
  const etag = written && tagOf(written.bytes, hashing);
  const read = written && parseXml(written.bytes);
  const root = read?.ok === true ? read.value.root : undefined;
  const element = root && node && elementOf(root, node);
  const exists = root !== undefined && (node === undefined || element !== undefined);
  const not = judgeConditions(conditions, { etag, exists, reads: false });
  if (not !== undefined) return unmet(not, etag);
  if (!exists) return notFound();
  const reference = element && attribute(element, "history-reference");
  const isEntry = node?.terminal.kind === "element" && reference !== undefined;
  if (node !== undefined && !isEntry) return methodNotAllowed("GET, HEAD");
  return (await source.remove(user, reference)) ? done(200, undefined) : notFound();
}

function leave(because: WebAnswer): Change<WebAnswer> {
  return { do: "leave", because };
}
