/** All that may happen to the octets of a document of a conference or a user, for the mutations of bodies. */
import assert from "node:assert/strict";
import {
  applyConference,
  applyPatch,
  checkResourceLists,
  deleteNode,
  formatAccessRules,
  formatConference,
  formatGroup,
  formatHistoryList,
  formatImSettings,
  formatResourceLists,
  formatUserProfile,
  formatXcapDiff,
  formatXcapDirectory,
  formatXcapError,
  makePatch,
  parseAccessRules,
  parseConference,
  parseGroup,
  parseHistoryList,
  parseImSettings,
  parseNodeSelector,
  parseResourceLists,
  parseUserProfile,
  parseXcapDiff,
  parseXcapDirectory,
  parseXcapError,
  parseXcapTarget,
  putNode,
  type Ruleset,
  readNode,
  type XcapEdit,
} from "@parlance/formats";
import { octetText, parseXml, utf8Bytes } from "@parlance/wire";
import { readsAgain } from "./reads-again.ts";

/** A document that changes are made to. */
const STORED_TEXT = '<r xmlns:p="urn:p"><a n="1"/> <p:b>t</p:b>\n<!--c--><c/></r>';
const STORED = utf8Bytes(STORED_TEXT);

export const DOCUMENT_SEEDS: readonly Uint8Array[] = [
  STORED_TEXT,
  '<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" xmlns:x="urn:ietf:params:xml:ns:xcon-conference-info" entity="sip:r@x" state="partial" version="1"><conference-description><subject>é</subject><conf-uris><entry><uri>sip:g@x</uri><purpose>grouptextchat</purpose></entry></conf-uris></conference-description><conference-state><user-count>2</user-count><active>true</active></conference-state><users state="partial"><user entity="sip:a@b" state="full" yourown="true" x:nickname="&lt;"><roles><entry>creator</entry></roles><endpoint entity="e" state="partial"><status>connected</status><joining-info><when>2030-05-04T10:00:00Z</when></joining-info><media id="1"><type>message</type></media></endpoint></user><user entity="sip:c@d" state="deleted"/></users></conference-info>',
  '<poc-settings xmlns="urn:oma:params:xml:ns:poc:poc-settings" xmlns:im="urn:oma:xml:im:service-settings"><entity id="urn:uuid:5b7a"><isb-settings><incoming-session-barring active="false" im:service-id="session-mode"/><incoming-session-barring active="1" im:service-id="file-transfer"/></isb-settings><im:vis-settings><im:vis-status active="true"/></im:vis-settings><im:offline-delivery active="false"/><im:hist-settings><im:hist-activation active="true">session-mode</im:hist-activation></im:hist-settings></entity></poc-settings>',
  '<cr:ruleset xmlns:cr="urn:ietf:params:xml:ns:common-policy" xmlns:ocp="urn:oma:xml:xdm:common-policy" xmlns:oxe="urn:oma:xml:xdm:extensions" xmlns:poc="urn:oma:xml:poc:poc-rules"><cr:rule id="a"><cr:conditions><cr:identity><cr:one id="sip:a@b"/><cr:many domain="x"><cr:except id="sip:c@x"/></cr:many></cr:identity><cr:validity><cr:from>2003-12-24T17:00:00+01:00</cr:from><cr:until>2003-12-24T19:00:00Z</cr:until></cr:validity><ocp:external-list><ocp:entry anc="https://x/y"/></ocp:external-list><oxe:media-list><oxe:all-media-except><oxe:file-transfer/></oxe:all-media-except></oxe:media-list></cr:conditions><cr:actions><poc:allow-invite>accept</poc:allow-invite><oxe:allow-offline-storage oxe:allow="true"/></cr:actions></cr:rule></cr:ruleset>',
  '<group xmlns="urn:oma:xml:poc:list-service" xmlns:rl="urn:ietf:params:xml:ns:resource-lists" xmlns:cr="urn:ietf:params:xml:ns:common-policy" xmlns:oxe="urn:oma:xml:xdm:extensions"><list-service uri="sip:pool@x"><display-name>é</display-name><list><entry uri="sip:a@b"><rl:display-name>B</rl:display-name></entry><external anchor="https://x"/></list><invite-members>true</invite-members><max-participant-count>5</max-participant-count><cr:ruleset><cr:rule id="m"><cr:conditions><is-list-member/></cr:conditions><cr:actions><join-handling>true</join-handling></cr:actions></cr:rule></cr:ruleset><oxe:supported-services><oxe:service enabler="+g.oma.sip-im"><oxe:group-media><oxe:message-session/></oxe:group-media></oxe:service></oxe:supported-services><oxe:session-active-policy><oxe:schedule><oxe:time-range><oxe:start-time>2030-05-04T10:00:00Z</oxe:start-time></oxe:time-range></oxe:schedule></oxe:session-active-policy></list-service></group>',
  '<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list name="friends"><display-name>é</display-name><entry uri="sip:a@b"><display-name>B</display-name></entry><entry-ref ref="resource-lists/users/sip:a@b/index/~~/x"/><list name="x"><external anchor="https://x/y"/></list></list></resource-lists>',
  '<history-list xmlns="urn:oma:xml:im:history-list"><history history-reference="sip:def-7c21f0a9@d"><size>842</size><expiry date="2030-06-03T10:00:00Z"/><pager from="sip:b@x"><time-stamp date="2030"/><recipient-list group-uri="sip:p@x"><entry uri="sip:a@b"><display-name>A</display-name></entry></recipient-list></pager></history><history history-reference="2"><conference><time-start><date>x</date></time-start><conf-list><entry uri="a"/></conf-list></conference></history></history-list>',
  '<user-profile xmlns="urn:oma:xml:xdm:user-profile" uri="sip:a@b"><display-name>A</display-name></user-profile>',
  '<xcap-directory xmlns="urn:oma:xml:xdm:xcap-directory"><folder auid="a"><entry uri="b" etag="1" size="3"/></folder></xcap-directory>',
  '<xcap-error xmlns="urn:ietf:params:xml:ns:xcap-error"><uniqueness-failure phrase="é"><exists field="a/@b"><alt-value>c</alt-value></exists></uniqueness-failure></xcap-error>',
  "resource-lists/users/sip:a%40b/index/~~/p:a/p:b%5b2%5d%5b@c=%22&amp;%22%5d/@d?xmlns(p=urn:p)x(y)",
  '<p:b c="&amp;" xmlns:p="urn:p">é</p:b>',
  '<d:xcap-diff xmlns:d="urn:ietf:params:xml:ns:xcap-diff" xmlns:p="urn:p" xcap-root="x"><d:document sel="y" previous-etag="1" new-etag="2"><d:add sel="*/*[1]" pos="after"><p:n>é</p:n> </d:add><d:add sel="*" type="@m">1</d:add><d:replace sel="*/p:b/text()">new</d:replace><d:remove sel="*/*[2]" ws="after"/></d:document><d:attribute sel="a/@b">c</d:attribute><d:element sel="a/b"><p:e/></d:element></d:xcap-diff>',
].map((text) => utf8Bytes(text));

export function checkDocument(bytes: Uint8Array): void {
  readsAgain(parseConference, formatConference, bytes);
  readsAgain(parseImSettings, formatImSettings, bytes);
  readsAgain(parseHistoryList, formatHistoryList, bytes);
  readsAgain(parseUserProfile, formatUserProfile, bytes);
  readsAgain(parseXcapDirectory, formatXcapDirectory, bytes);
  readsAgain(parseResourceLists, formatResourceLists, bytes);
  const lists = parseResourceLists(bytes);
  if (lists.ok) checkResourceLists(lists.value);
  readsAgain(parseXcapError, formatXcapError, bytes);
  checkXcap(bytes);
  checkPatches(bytes);
  checkRules(bytes);
  checkConference(bytes);
}

/** The octets as a path of XCAP, as a document that is edited, and as what is put into one. */
function checkXcap(bytes: Uint8Array): void {
  const target = parseXcapTarget(octetText(bytes));
  if (target.ok && target.value.node !== undefined) parseNodeSelector(target.value.node, "urn:d");
  parseNodeSelector({ selector: octetText(bytes), query: octetText(bytes) }, "urn:d");
  const selector = SELECTORS[bytes.length % SELECTORS.length] ?? "*";
  const wanted = parseNodeSelector({ selector, query: "xmlns(p=urn:p)" }, "");
  assert.ok(wanted.ok);
  for (const [stored, put] of [
    [bytes, utf8Bytes('<p:b xmlns:p="urn:p"/>')],
    [bytes, utf8Bytes("'&amp;'")],
    [utf8Bytes("<a><b/>é<c/></a>"), bytes],
  ] as const) {
    const document = parseXml(stored);
    if (!document.ok) continue;
    readNode(stored, document.value, wanted.value);
    checkEdit(putNode(stored, document.value, wanted.value, put));
    checkEdit(deleteNode(stored, document.value, wanted.value));
  }
}

const SELECTORS = ["*", "*/*[1]", "*/*[2]", "*/@x", "*/*[1]/@c", "*/p:b", "*/namespace::*"];

/** The octets as changes of a document, and as what a document has become. */
function checkPatches(bytes: Uint8Array): void {
  const diff = parseXcapDiff(bytes);
  if (diff.ok) {
    const again = parseXcapDiff(formatXcapDiff(diff.value));
    assert.ok(again.ok);
    for (const change of diff.value.changes) {
      if (change.kind === "document") applyPatch(STORED, change.patch);
    }
  }
  const patch = makePatch(STORED, bytes);
  if (patch !== undefined) assert.ok(applyPatch(STORED, patch).ok);
}

function checkEdit(edit: XcapEdit): void {
  if (edit.kind === "edited") assert.ok(parseXml(edit.bytes).ok);
}

/** All but what was not understood can be written. */
function checkRules(bytes: Uint8Array): void {
  const rules = parseAccessRules(bytes);
  if (rules.ok && isUnderstood(rules.value)) readsAgain(parseAccessRules, formatAccessRules, bytes);
  const group = parseGroup(bytes);
  if (!group.ok || !isUnderstood(group.value.ruleset)) return;
  const again = parseGroup(formatGroup(group.value));
  assert.deepEqual(again, { ok: true, value: { ...group.value, notUnderstood: [] } });
}

function isUnderstood(ruleset: Ruleset = { rules: [] }): boolean {
  return ruleset.rules.every(({ conditions }) =>
    conditions.every(({ kind }) => kind !== "unknown"),
  );
}

/** What a document says makes a state, whole or as a change of one. */
function checkConference(bytes: Uint8Array): void {
  const document = parseConference(bytes);
  if (!document.ok) return;
  const full = applyConference(undefined, { ...document.value, state: "full", version: 0 });
  assert.ok(full.kind === "applied");
  const next = applyConference(full.known, { ...document.value, state: "partial", version: 1 });
  assert.equal(next.kind, "applied");
}
