/** What the rest of the server uses of the settings of users. */
export {
  ServiceSettings,
  type ServiceSettingsOptions,
  type ServiceSettingsPorts,
} from "./service-settings.ts";
