/** Two sides of which one takes envelopes alone, and the other none: what each is told of the other. RFC 4975 §8.6, OMA IM 9.1 */
import { commonTypes, type HopTypes, type MessageMedia, takesType } from "@parlance/formats";
import { CPIM } from "@parlance/im";

/** What everybody takes who says no more of it. */
const TEXT = "text/plain";

/**
 * What the other side is told that this one takes, when the server puts messages into envelopes and out of
 * them: undefined when its own words do. `other` is not known while an offer goes out.
 */
export function inEitherForm(
  media: MessageMedia,
  other: MessageMedia | undefined,
): HopTypes | undefined {
  if (media.file !== undefined) return undefined; // a file has one form, that of its selector
  const form = onlyForm(media);
  if (form === undefined || (other !== undefined && !isOpposite(media, other))) return undefined;
  const { acceptTypes, acceptWrappedTypes } = media;
  return form === "bare"
    ? { acceptTypes: [...acceptTypes, CPIM], acceptWrappedTypes: acceptTypes }
    : { acceptTypes: [...acceptTypes, ...inside(media)], acceptWrappedTypes };
}

/** The one in which it takes messages; undefined when it takes both. */
function onlyForm({ acceptTypes }: MessageMedia): "envelopes" | "bare" | undefined {
  if (!takesType(acceptTypes, CPIM)) return "bare";
  return acceptTypes.some((type) => !isCpim(type)) ? undefined : "envelopes";
}

/** Of what the one takes in an envelope, the other takes something without. */
function isOpposite(one: MessageMedia, other: MessageMedia): boolean {
  const forms = [onlyForm(one), onlyForm(other)];
  if (forms[0] === forms[1] || forms.includes(undefined)) return false;
  const [wrapping, bare] = forms[0] === "envelopes" ? [one, other] : [other, one];
  return commonTypes(inside(wrapping), bare.acceptTypes).length > 0;
}

function inside({ acceptWrappedTypes }: MessageMedia): readonly string[] {
  return acceptWrappedTypes.length > 0 ? acceptWrappedTypes : [TEXT];
}

function isCpim(type: string): boolean {
  return type === CPIM || type.startsWith(`${CPIM};`);
}
