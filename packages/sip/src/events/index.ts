/** Event subscriptions, both sides, whatever the package. RFC 6665 */
export { type EventPackage, endsSubscription, sameEvent } from "./event.ts";
export {
  judgeSubscribe,
  SUBSCRIPTION_LIMITS,
  type SubscribeAsk,
  type SubscribeVerdict,
  type SubscriptionLimits,
} from "./judge-subscribe.ts";
export {
  fetchNotification,
  type Notification,
  type NotifierInput,
  type NotifierStep,
  type NotifyEffect,
  openSubscription,
  stepNotifier,
} from "./notifier.ts";
export {
  type SubscriberEffect,
  type SubscriberInput,
  type SubscriberStep,
  type Subscription,
  startSubscription,
  stepSubscriber,
  subscriberDeadline,
} from "./subscriber.ts";
export {
  type EndReason,
  readSubscriptionStatus,
  type SubscriptionStatus,
  writeSubscriptionStatus,
} from "./subscription-state.ts";
export { judgeVersion, type VersionVerdict } from "./version-gate.ts";
