/** XML documents changed in place. */
export { type ChildNode, childNodes, isWhiteSpace } from "./child-nodes.ts";
export { bindingsInScope, XML_NAMESPACE } from "./scope.ts";
export { insertInside, type Splice, splice, spliceAll } from "./splice.ts";
export {
  attributeEnd,
  attributeSpan,
  findWritten,
  isEmptyTag,
  type WrittenAttribute,
  writtenAttributes,
  writtenName,
} from "./start-tag.ts";
