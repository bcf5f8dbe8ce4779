/** What every answer says to a browser: nothing but this host, nothing inline, no frames. */

export interface SecurityHeadersOptions {
  /** The listener itself speaks TLS. */
  readonly secure: boolean;
}

const FIXED: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy":
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), " +
    "magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), usb=()",
};

const A_YEAR_S = 31_536_000;
/** A host that may stand in a policy: what is anything else was written to break it. */
const HOST = /^(?:[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;

/** `host` is what the browser asked for: its WebSockets go to the same place. */
export function securityHeaders(
  host: string | undefined,
  { secure }: SecurityHeadersOptions,
): Readonly<Record<string, string>> {
  return {
    ...FIXED,
    "content-security-policy": contentPolicy(host),
    ...(secure ? { "strict-transport-security": `max-age=${A_YEAR_S}` } : {}),
  };
}

function contentPolicy(host: string | undefined): string {
  const own = host !== undefined && HOST.test(host) ? ` wss://${host} ws://${host}` : "";
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' blob:",
    `connect-src 'self'${own}`,
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
  ].join("; ");
}
