/** `POST /token`: a digest earns a token for one audience, so that further requests need no password. RFC 6749 §5.1 */
import { FormatError } from "@parlance/wire";
import {
  BodyEnded,
  jsonAnswer,
  methodNotAllowed,
  notFound,
  readJson,
  refusal,
  type WebAnswer,
  type WebHandler,
  type WebRequest,
} from "../web/index.ts";
import type { WebAuthenticator } from "./web-authenticator.ts";

const MOST_BYTES = 1_024;

/** `audiences`: what tokens may be asked for. */
export function tokenIssuer(
  authenticator: WebAuthenticator,
  audiences: ReadonlySet<string>,
): WebHandler {
  return async (request) => {
    if (request.path.length !== 1) return notFound();
    if (request.method !== "POST") return methodNotAllowed("POST");
    const proof = await authenticator.judgeDigest(request);
    if (proof.do === "refuse") return proof.answer;
    const asked = await readAudience(request);
    if (typeof asked !== "string") return asked;
    if (!audiences.has(asked)) return refusal(400, "unknown audience");
    const { token, seconds } = authenticator.issue(proof.user, asked);
    return jsonAnswer(200, {
      access_token: token,
      token_type: "Bearer",
      expires_in: seconds,
      audience: asked,
    });
  };
}

async function readAudience(request: WebRequest): Promise<string | WebAnswer> {
  try {
    const audience = (await readJson(request, MOST_BYTES)).get("audience");
    return typeof audience === "string" ? audience : refusal(400, "no audience");
  } catch (error) {
    if (error instanceof FormatError) return refusal(400, "bad request");
    if (error instanceof BodyEnded) return refusal(408, "too slow");
    throw error;
  }
}
