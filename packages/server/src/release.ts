/** What the server says it is, in User-Agent and Server. Appendix F. */
import { DEFAULT_VERSION, formatRelease } from "@parlance/im";

export const RELEASE = formatRelease({
  component: "server",
  version: DEFAULT_VERSION,
  product: "Parlance",
});
