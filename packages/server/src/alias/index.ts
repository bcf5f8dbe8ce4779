/** What the rest of the server may use of the alias pages. */
export {
  type AliasPageLimits,
  type AliasPagePorts,
  AliasPageServer,
} from "./alias-pages.ts";
