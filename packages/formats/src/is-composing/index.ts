/** Composition status. RFC 3994 */
export {
  COMPOSER_TIMING,
  type Composer,
  type ComposerEvent,
  type ComposerStep,
  type ComposerTiming,
  composerDeadline,
  IDLE_COMPOSER,
  stepComposer,
} from "./composer.ts";
export {
  type Composition,
  compositionAfter,
  compositionAfterMessage,
  compositionAt,
  NO_COMPOSITION,
} from "./composition.ts";
export {
  formatIsComposing,
  IS_COMPOSING_TYPE,
  type IsComposing,
  parseIsComposing,
} from "./is-composing.ts";
