/** The OpenAPI document of the operator's API, made of its routes. https://spec.openapis.org/oas/v3.1.0 */
import { z } from "zod";
import { type DenialCode, statusOf, wordsOf } from "./denials.ts";
import { LOGIN_ROUTES } from "./login-routes.ts";
import type { Route } from "./route.ts";
import { denialShape } from "./shapes.ts";

type Json = { [key: string]: unknown };

const REFUSAL = { $ref: "#/components/schemas/Denial" };

/** What may come from every route. */
const EVERYWHERE: readonly DenialCode[] = [
  "bad request",
  "not logged in",
  "wrong token",
  "another site",
  "no csrf token",
  "too many tries",
  "failed",
];

export function openApi(routes: readonly Route[]): Json {
  const schemas: Json = {};
  const paths: { [path: string]: Json } = {};
  use(denialShape, schemas, "output");
  for (const route of [...LOGIN_ROUTES, ...routes]) {
    const at = (paths[`/api${route.path}`] ??= {});
    at[route.method.toLowerCase()] = operationOf(route, schemas);
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Parlance operator's API",
      version: "1",
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
      description:
        "On the listener of listen.admin. Times are milliseconds since 1970, sizes are octets. Whatever is refused says why, for programs in `code` and for people in `error`.",
    },
    servers: [{ url: "/" }],
    security: [{ token: [] }, { login: [], csrf: [] }],
    paths: Object.fromEntries(Object.entries(paths).toSorted(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).toSorted(([a], [b]) => (a < b ? -1 : 1))),
      responses: Object.fromEntries(
        [...new Set(EVERYWHERE.map(statusOf))].map((status) => [
          String(status),
          refusalOf(status, EVERYWHERE),
        ]),
      ),
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          description: "The text of operator.token in the data folder of the server.",
        },
        login: {
          type: "apiKey",
          in: "cookie",
          name: "__Host-parlance-operator",
          description: "Of POST /api/login; `parlance-operator` where the listener has no TLS.",
        },
        csrf: {
          type: "apiKey",
          in: "header",
          name: "x-parlance-csrf",
          description: "Of POST /api/login; wanted with the cookie for whatever changes something.",
        },
      },
    },
  };
}

function operationOf(route: Route, schemas: Json): Json {
  const { tag, summary, body } = route;
  const denials = [...new Set([...EVERYWHERE, ...route.denials])];
  const statuses = [...new Set(denials.map(statusOf))].toSorted((a, b) => a - b);
  return {
    operationId: nameOf(route),
    tags: [tag],
    summary,
    parameters: [
      ...parametersOf(route.params, "path", schemas),
      ...parametersOf(route.query, "query", schemas),
    ],
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: use(body, schemas, "input") } },
          },
        }),
    responses: {
      [String(route.status)]: answerOf(route, schemas),
      ...Object.fromEntries(
        statuses.map((status) => [
          String(status),
          route.denials.some((code) => statusOf(code) === status)
            ? refusalOf(status, denials)
            : { $ref: `#/components/responses/${status}` },
        ]),
      ),
    },
  };
}

function refusalOf(status: number, denials: readonly DenialCode[]): Json {
  return {
    description: denials
      .filter((code) => statusOf(code) === status)
      .map((code) => `\`${code}\`: ${wordsOf(code)}`)
      .join("\n\n"),
    content: { "application/json": { schema: REFUSAL } },
  };
}

function answerOf({ answer, octets }: Route, schemas: Json): Json {
  if (answer !== undefined) {
    const schema = use(answer, schemas, "output");
    return { description: "Done", content: { "application/json": { schema } } };
  }
  if (octets.length === 0) return { description: "Done; there is nothing to say" };
  const content = octets.map((type) => [type, { schema: { type: "string" } }]);
  return { description: "As `form` wants it", content: Object.fromEntries(content) };
}

function parametersOf(
  fields: z.ZodObject | undefined,
  place: "path" | "query",
  schemas: Json,
): readonly Json[] {
  return Object.entries(fields?.shape ?? {}).map(([name, field]) => {
    const schema = use(field, schemas, "output");
    const { description, ...rest } = schema;
    return {
      name,
      in: place,
      required: place === "path",
      ...(description === undefined ? {} : { description }),
      schema: rest,
    };
  });
}

/** The schema, with those that have a name of their own among the components. */
function use(shape: z.core.$ZodType, schemas: Json, io: "input" | "output"): Json {
  const {
    $schema: _,
    $defs = {},
    ...schema
  } = z.toJSONSchema(shape, {
    io,
    reused: "inline",
    unrepresentable: "any",
  }) as Json; // a JSON Schema is an object
  for (const [name, defined] of Object.entries($defs as Json)) {
    schemas[name] ??= elsewhere(withoutId(defined as Json));
  }
  const { id } = schema;
  if (typeof id !== "string") return elsewhere(schema);
  schemas[id] ??= elsewhere(withoutId(schema));
  return { $ref: `#/components/schemas/${id}` };
}

function withoutId(schema: Json): Json {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "id"));
}

/** References point to the components. */
function elsewhere(schema: Json): Json {
  return JSON.parse(
    JSON.stringify(schema).replaceAll('"$ref":"#/$defs/', '"$ref":"#/components/schemas/'),
  );
}

/** `GET /users/{name}/contacts`: getUsersNameContacts */
function nameOf({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z]+/).filter((word) => word !== "");
  return (
    method.toLowerCase() +
    words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("")
  );
}
