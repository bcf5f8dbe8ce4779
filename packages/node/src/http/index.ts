export { type AdminListenerOptions, adminListener } from "./admin-listener.ts";
export {
  HTTP_LIMITS,
  type HttpLimits,
  HttpListener,
  type HttpListenerOptions,
  type HttpListening,
} from "./http-listener.ts";
export { DOOR_DENIALS, type DoorDenial } from "./operator-denials.ts";
export type { OperatorOf } from "./operator-door.ts";
export { OperatorToken } from "./operator-token.ts";
export type { Pace } from "./paced-body.ts";
export { readStaticPages, type StaticPage, serveStaticPages } from "./static-pages.ts";
export type { WebPages } from "./web-door.ts";
