export { AccountWeb, type AccountWebPorts } from "./account-web.ts";
export type { OwnDevices } from "./devices.ts";
