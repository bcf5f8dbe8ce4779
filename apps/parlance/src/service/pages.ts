/** The pages that `npm run build:web` has made; without them the service runs all the same. */
import { fileURLToPath } from "node:url";
import { readStaticPages, type StaticPage } from "@parlance/node";

const BUILT = fileURLToPath(new URL("../../../web/dist", import.meta.url));

/** Of the public listener. */
export function messengerPages(): readonly StaticPage[] {
  return readStaticPages(BUILT, "index.html");
}

/** Of the operator's listener. */
export function operatorPages(): readonly StaticPage[] {
  return readStaticPages(BUILT, "admin.html");
}
