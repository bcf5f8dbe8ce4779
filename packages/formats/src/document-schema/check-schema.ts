/** Holds a document against the rules of its kind. */
import { children, textContent, type XmlElement } from "@parlance/wire";
import { XML_NAMESPACE } from "../xml-edit/index.ts";
import type { Content, ElementRule, Particle, Schema, SchemaFault } from "./schema.ts";

const XSI = "http://www.w3.org/2001/XMLSchema-instance"; // hints for other readers: harmless

/** Undefined when nothing is wrong. How deep elements nest is bounded by the limits of the reader. */
export function checkSchema(element: XmlElement, schema: Schema): SchemaFault | undefined {
  const rule = schema.get(`${element.namespace} ${element.local}`);
  const fault = rule && (checkAttributes(element, rule) ?? checkContent(element, rule.content));
  if (fault !== undefined) return fault;
  for (const inner of children(element)) {
    const below = checkSchema(inner, schema); // what nobody knows may hold what is known
    if (below !== undefined) return below;
  }
  return undefined;
}

function checkAttributes(element: XmlElement, rule: ElementRule): SchemaFault | undefined {
  for (const [name, { required, check }] of rule.attributes) {
    const found = element.attributes.find((one) => one.local === name && one.namespace === "");
    if (found === undefined && required) return at(element, `${element.local} has no ${name}`);
    if (found !== undefined && !check(found.value.trim())) {
      return at(element, `${name} of ${element.local} is not valid`);
    }
  }
  for (const { namespace, local } of element.attributes) {
    if (namespace === XML_NAMESPACE || namespace === XSI) continue;
    const known = namespace === "" ? rule.attributes.has(local) : rule.foreignAttributes;
    if (!known) return at(element, `${element.local} has no attribute ${local}`);
  }
  return undefined;
}

function checkContent(element: XmlElement, content: Content): SchemaFault | undefined {
  const inside = children(element);
  switch (content.kind) {
    case "any":
      return undefined;
    case "text":
      if (inside[0] !== undefined) return at(inside[0], `${element.local} holds text alone`);
      return content.check(textContent(element).trim())
        ? undefined
        : at(element, `${element.local} is not valid`);
    case "sequence":
      if (element.children.some((node) => typeof node === "string" && node.trim() !== "")) {
        return at(element, `${element.local} holds no text`);
      }
      return checkSequence(element, inside, content.particles);
  }
}

/** Each particle takes as many as it can: no element belongs to two neighbours. */
function checkSequence(
  parent: XmlElement,
  inside: readonly XmlElement[],
  particles: readonly Particle[],
): SchemaFault | undefined {
  let next = 0;
  for (const particle of particles) {
    let taken = 0;
    for (; taken < particle.most; taken += 1) {
      const element = inside[next];
      if (element === undefined || !isOf(element, parent, particle)) break;
      next += 1;
    }
    if (taken < particle.least) {
      const [name = "one more element"] = particle.names;
      return at(inside[next] ?? parent, `${parent.local} wants ${name} here`);
    }
  }
  const left = inside[next];
  return left && at(left, `${left.local} may not stand here in ${parent.local}`);
}

function isOf(element: XmlElement, parent: XmlElement, { names, foreign }: Particle): boolean {
  if (element.namespace !== parent.namespace) {
    return foreign || names.includes(`${element.namespace} ${element.local}`);
  }
  return names.includes(element.local);
}

function at({ start }: XmlElement, reason: string): SchemaFault {
  return { offset: start, reason };
}
