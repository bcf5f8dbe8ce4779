/** Profiles of users. OMA Shared Profile XDM */
export {
  formatUserProfile,
  parseUserProfile,
  USER_PROFILE_TYPE,
  type UserProfile,
} from "./user-profile.ts";
