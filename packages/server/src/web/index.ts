export { emptyAnswer, jsonAnswer, methodNotAllowed, notFound, refusal } from "./answers.ts";
export { withCors } from "./cors.ts";
export { OUTDATED, withExpectedRefusals } from "./expected-refusals.ts";
export { booleanField, field, numberField, sha256Field, wholeNumber } from "./fields.ts";
export {
  BodyEnded,
  type WebAnswer,
  type WebHandler,
  type WebHeader,
  type WebRequest,
  type WebSource,
} from "./message.ts";
export { readJson, wholeBody } from "./read-json.ts";
