/** What each receiver is told about the others: the recipient-list-history body. RFC 5364 §4, §6 */
import {
  ANONYMOUS_URI,
  type CopyControl,
  formatRecipientList,
  type Recipient,
} from "./recipient-list.ts";

/** The one body for all receivers; `undefined` when there is nobody to be told of. */
export function formatRecipientHistory(
  recipients: readonly Recipient[],
): Uint8Array<ArrayBuffer> | undefined {
  const visible = [...level(recipients, "to"), ...level(recipients, "cc")];
  // Those under `bcc`, or without a word about it, are never told. RFC 5364 §4
  return visible.length === 0 ? undefined : formatRecipientList(visible);
}

/** Those with a name, then one entry for all those without. */
function level(
  recipients: readonly Recipient[],
  copyControl: CopyControl,
): readonly (Pick<Recipient, "uri"> & Partial<Recipient>)[] {
  const here = recipients.filter((one) => one.copyControl === copyControl);
  const named = here.filter(({ anonymize }) => !anonymize);
  const hidden = here.length - named.length;
  const entries = named.map(({ uri, displayName }) => ({ uri, displayName, copyControl }));
  if (hidden === 0) return entries;
  return [...entries, { uri: ANONYMOUS_URI, copyControl, count: hidden }];
}
