/** Nicknames: how they are written, which are one, who may have them. */
export {
  judgeNickname,
  type NicknameFault,
  type NicknamePolicy,
  type NicknameVerdict,
  nicknameAtJoin,
  nicknameKeys,
  RESERVED_NICKNAMES,
  reservedKeys,
} from "./judge-nickname.ts";
export { MOST_NICKNAME_CHARACTERS, prepareNickname } from "./prepare-nickname.ts";
