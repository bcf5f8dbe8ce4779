export { SystemResolver, type SystemResolverOptions } from "./system-resolver.ts";
