/** Lists with their references followed. */
export {
  EXPAND_LIMITS,
  type ExpandedList,
  type ExpandLimits,
  expandList,
  type ListSource,
} from "./expand-list.ts";
export { resolveLists } from "./resolve-lists.ts";
