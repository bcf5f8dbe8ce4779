/** Publication of event state, both sides. RFC 3903 */
export {
  expirePublications,
  judgePublish,
  PUBLICATION_LIMITS,
  type Publication,
  type PublicationLimits,
  type PublishAsk,
  type PublishVerdict,
} from "./compositor.ts";
export {
  type PublishEffect,
  type PublisherInput,
  type PublisherStep,
  type Publishing,
  publisherDeadline,
  startPublishing,
  stepPublisher,
} from "./publisher.ts";
