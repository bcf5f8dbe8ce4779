/** The lists of one user, for those who follow references. RFC 4826 §3.3, OMA IM 17.4 */
import { elementOf, entryIn, listIn, parseNodeSelector, type XcapTarget } from "@parlance/formats";
import type { ListSource } from "@parlance/im";
import type { XmlElement } from "@parlance/wire";
import type { User } from "../../ports/index.ts";
import { type Documents, keyOf } from "../documents.ts";
import type { References } from "../references.ts";

const RESOURCE_LISTS = "urn:ietf:params:xml:ns:resource-lists";

/** What leads elsewhere, or to nothing, is not there. */
export function listSource(owner: User, documents: Documents, references: References): ListSource {
  const select = async (target: XcapTarget | undefined): Promise<XmlElement | undefined> => {
    if (target?.node === undefined) return undefined;
    const selector = parseNodeSelector(target.node, RESOURCE_LISTS);
    if (!selector.ok || selector.value.terminal.kind !== "element") return undefined;
    const open = await documents.open(keyOf(owner, target.auid, target.document));
    return open && elementOf(open.xml.root, selector.value);
  };
  return {
    async list(anchor) {
      const element = await select(references.targetOf(anchor, owner));
      return element && listIn(element);
    },
    async entry(ref) {
      const element = await select(references.targetOfPath(ref, owner));
      return element && entryIn(element);
    },
  };
}
