/** A whole server of this process on free ports, and its operator, whose answers are held against the API document. */
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { ownFolder } from "../../../../../tools/test/own-folder.ts";
import { loadConfiguration } from "../../config/load.ts";
import { type ServiceNode, startNode } from "../../service/node.ts";

export const DOMAIN = "im.example.com";
const DOCUMENT = new URL("../../../../../docs/openapi.json", import.meta.url);

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, unknown>>;
}

export interface Answer {
  readonly status: number;
  /** As the document says, which `ask` has checked. */
  readonly body: ReturnType<typeof JSON.parse>;
  readonly headers: Headers;
}

export class OperatorWorld {
  readonly node: ServiceNode;
  readonly data: string;
  readonly url: string;
  readonly token: string;
  /** Operations of the document that were answered with what they are for. */
  readonly called = new Set<string>();
  readonly #document: { readonly paths: Readonly<Record<string, Record<string, Operation>>> };
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });

  static async open(t: TestContext, set: readonly string[] = []): Promise<OperatorWorld> {
    const data = ownFolder("operator");
    const users = ["alice", "bob", "carol"].map((name) => ({
      name,
      password: `secret of ${name}`,
    }));
    const config = loadConfiguration({
      base: {
        domain: DOMAIN,
        data,
        users,
        log: { level: "silent" },
        rooms: [{ name: "lobby", moderators: ["alice"] }],
        listen: {
          sip: ["tcp://127.0.0.1:0"],
          msrp: ["tcp://127.0.0.1:0"],
          http: "http://127.0.0.1:0",
          admin: "http://127.0.0.1:0",
        },
      },
      set,
    });
    const node = await startNode(config);
    t.after(async () => {
      await node.stop(0);
      rmSync(data, { recursive: true, force: true });
    });
    return new OperatorWorld(node, data);
  }

  private constructor(node: ServiceNode, data: string) {
    this.node = node;
    this.data = data;
    this.url = this.listener("admin");
    this.token = readFileSync(join(data, "operator.token"), "utf8").trim();
    this.#document = JSON.parse(readFileSync(DOCUMENT, "utf8"));
    this.#ajv.addSchema(this.#document, "api");
  }

  get operations(): readonly string[] {
    return Object.values(this.#document.paths)
      .flatMap((methods) => Object.values(methods))
      .map(({ operationId }) => operationId);
  }

  listener(kind: string): string {
    const found = this.node.listeners.find((one) => one.kind === kind);
    assert.ok(found !== undefined, kind);
    return found.url;
  }

  /** As the operator; `template` is the path as the document has it. */
  async ask(method: string, template: string, of: AskOptions = {}): Promise<Answer> {
    const { params = {}, query = "", body, headers } = of;
    const path = template.replaceAll(/\{(\w+)\}/g, (_, name) =>
      encodeURIComponent(params[name] ?? assert.fail(name)),
    );
    const response = await fetch(`${this.url}/api${path}${query}`, {
      method,
      headers: {
        ...(headers ?? { authorization: `Bearer ${this.token}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return this.#checked(method.toLowerCase(), `/api${template}`, response);
  }

  /** Looks at a stream of events until that has come. */
  async watch(template: string, query: string, so: RegExp): Promise<void> {
    const enough = new AbortController();
    const response = await fetch(`${this.url}/api${template}${query}`, {
      headers: { authorization: `Bearer ${this.token}` },
      signal: enough.signal,
    });
    assert.equal(response.headers.get("content-type"), "text/event-stream; charset=utf-8");
    let seen = "";
    for await (const bytes of response.body ?? []) {
      seen += Buffer.from(bytes).toString();
      if (so.test(seen)) break;
    }
    enough.abort();
    const { operationId } =
      this.#document.paths[`/api${template}`]?.["get"] ?? assert.fail(template);
    this.called.add(operationId);
  }

  async #checked(method: string, path: string, response: Response): Promise<Answer> {
    const { status, headers } = response;
    const operation = this.#document.paths[path]?.[method];
    assert.ok(operation !== undefined, `the document has no ${method} ${path}`);
    const [type = ""] = (headers.get("content-type") ?? "").split(";");
    const text = await response.text();
    if (status < 400) this.called.add(operation.operationId);
    assert.ok(Object.hasOwn(operation.responses, String(status)), `${path}: ${status} ${text}`);
    if (type !== "application/json") return { status, body: text, headers };
    const body: unknown = JSON.parse(text);
    const schema =
      status < 400
        ? `api#/paths/${pointer(path)}/${method}/responses/${status}/content/application~1json/schema`
        : "api#/components/schemas/Denial";
    const fits = this.#ajv.validate({ $ref: schema }, body);
    assert.ok(fits, `${method} ${path} ${status}: ${this.#ajv.errorsText()} ${text}`);
    return { status, body, headers };
  }
}

export interface AskOptions {
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: string;
  readonly body?: unknown;
  /** Instead of the token. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** RFC 6901 §3, in a fragment */
function pointer(path: string): string {
  return encodeURIComponent(path.replaceAll("~", "~0").replaceAll("/", "~1"));
}
