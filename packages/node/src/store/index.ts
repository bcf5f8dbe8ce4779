export {
  type OpenedStores,
  type OpenOptions,
  openStores,
  parseStoreAddress,
  type StoreAddress,
} from "./open-stores.ts";
export type { GroupReport, QueueLimits, StoreObserver } from "./store-worker.ts";
