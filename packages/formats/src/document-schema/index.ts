/** What documents of users must look like, and the check. */
export { checkSchema } from "./check-schema.ts";
export type { Schema, SchemaFault } from "./schema.ts";
export { ACCESS_RULES_SCHEMA, GROUP_SCHEMA, RESOURCE_LISTS_SCHEMA } from "./schemas.ts";
