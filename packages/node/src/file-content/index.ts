export { DiskContent } from "./disk-content.ts";
