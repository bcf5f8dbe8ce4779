/** Words to write tables of rules with. */
import { parseDateTime } from "../date-time.ts";
import { readBoolean, readUnsigned } from "../xml-fields.ts";
import type { AttributeRule, Check, Content, ElementRule, Particle } from "./schema.ts";

export const anyText: Check = () => true;
export const aBoolean: Check = (said) => readBoolean(said) !== undefined;
export const aCount: Check = (said) => readUnsigned(said) !== undefined;
export const aTime: Check = (said) => parseDateTime(said) !== undefined;
/** xs:anyURI allows nearly everything; what has nothing in it names nobody. */
export const aUri: Check = (said) => said !== "";

export function oneOfWords(...words: readonly string[]): Check {
  return (said) => words.includes(said);
}

export function required(check: Check = anyText): AttributeRule {
  return { required: true, check };
}

export function optional(check: Check = anyText): AttributeRule {
  return { required: false, check };
}

/** An element of text. */
export function text(check: Check = anyText): ElementRule {
  return element({}, { kind: "text", check });
}

/** With these attributes, and these elements in their order. */
export function holding(
  attributes: Readonly<Record<string, AttributeRule>>,
  ...particles: readonly Particle[]
): ElementRule {
  return element(attributes, { kind: "sequence", particles });
}

export function element(
  attributes: Readonly<Record<string, AttributeRule>>,
  content: Content,
): ElementRule {
  return { attributes: new Map(Object.entries(attributes)), foreignAttributes: true, content };
}

export function maybe(...names: readonly string[]): Particle {
  return { names, foreign: false, least: 0, most: 1 };
}

export function one(...names: readonly string[]): Particle {
  return { names, foreign: false, least: 1, most: 1 };
}

export function some(...names: readonly string[]): Particle {
  return { names, foreign: false, least: 0, most: Number.POSITIVE_INFINITY };
}

/** Any of these and of other namespaces, in any order. */
export function extensible(...names: readonly string[]): Particle {
  return { names, foreign: true, least: 0, most: Number.POSITIVE_INFINITY };
}

export function atLeastOne(particle: Particle): Particle {
  return { ...particle, least: 1 };
}

export function tableOf(
  namespace: string,
  rules: Readonly<Record<string, ElementRule>>,
): readonly (readonly [string, ElementRule])[] {
  return Object.entries(rules).map(([local, rule]) => [`${namespace} ${local}`, rule] as const);
}
