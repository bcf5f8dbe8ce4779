export { PushWebhook, type PushWebhookLimits, type PushWebhookOptions } from "./push-webhook.ts";
