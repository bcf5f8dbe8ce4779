/** A user who keeps documents at the server of a world. */
import assert from "node:assert/strict";
import { hashing } from "../core/machine-ports.test.ts";
import { DOMAIN, type World } from "../core/world.test.ts";
import { WebUser } from "./web-user.ts";

const CP = "urn:ietf:params:xml:ns:common-policy";
const NAMESPACES = `xmlns="${CP}" xmlns:o="urn:oma:xml:xdm:common-policy" xmlns:x="urn:oma:xml:xdm:extensions" xmlns:p="urn:oma:xml:poc:poc-rules"`;

export class Keeper {
  readonly #web: WebUser;
  readonly #address: string;

  constructor(world: World, name: string) {
    this.#web = new WebUser(() => world.server.web.handle, name, { hashing, random: world.random });
    this.#address = `sip:${name}@${DOMAIN}`;
  }

  async rules(...rules: readonly string[]): Promise<void> {
    const all = rules.map((rule, at) => `<rule id="r${at}">${rule}</rule>`).join("");
    const path = "org.openmobilealliance.access-rules/users/ME/access-rules";
    const body = `<ruleset ${NAMESPACES}>${all}</ruleset>`;
    await this.put(path, body, "application/auth-policy+xml");
  }

  async group(name: string, inside: string, uri = `sip:${name}@${DOMAIN}`): Promise<void> {
    const body = `<group xmlns="urn:oma:xml:poc:list-service" xmlns:cr="${CP}"><list-service uri="${uri}">${inside}</list-service></group>`;
    const path = `org.openmobilealliance.groups/users/ME/${name}`;
    await this.put(path, body, "application/vnd.oma.poc.groups+xml");
  }

  async lists(inside: string): Promise<void> {
    const body = `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists">${inside}</resource-lists>`;
    await this.put("resource-lists/users/ME/index", body, "application/resource-lists+xml");
  }

  async put(path: string, body: string, type: string): Promise<void> {
    const headers = { "content-type": type };
    const { status, text } = await this.#web.ask("PUT", this.#target(path), body, headers);
    assert.ok(status === 200 || status === 201, `${status} ${text}`);
  }

  async remove(path: string): Promise<void> {
    assert.equal((await this.#web.ask("DELETE", this.#target(path))).status, 200);
  }

  #target(path: string): string {
    return `/xcap/${path.replace("ME", this.#address)}`;
  }
}
