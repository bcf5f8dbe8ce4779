export { type BackupManifest, CONTENT_FOLDERS } from "./manifest.ts";
export { checkedManifest, type Restored, RestoreError, restoreBackup } from "./restore-backup.ts";
export {
  type Backup,
  type BackupSource,
  listBackups,
  removeBackup,
  takeBackup,
} from "./take-backup.ts";
