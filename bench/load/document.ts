/** The document that is asked for: one list of so many entries. */

export const DOCUMENT = "resource-lists/users/sip:USER@parlance.test/index";

export function listOf(entries: number): string {
  const all = Array.from({ length: entries }, (_, at) => entryOf(at));
  return `<?xml version="1.0" encoding="UTF-8"?>
<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists">
  <list name="friends">
${all.join("\n")}
  </list>
</resource-lists>
`;
}

export function entryOf(at: number, name = `Friend number ${at}`): string {
  return `    <entry uri="sip:friend${at}@parlance.test"><display-name>${name}</display-name></entry>`;
}

export function selectorOf(at: number): string {
  return `/~~/resource-lists/list%5b@name=%22friends%22%5d/entry%5b@uri=%22sip:friend${at}@parlance.test%22%5d`;
}
