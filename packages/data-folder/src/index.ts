export { type DataFolder, type DataFolderOptions, holdDataFolder, openDataFolder } from './data-folder.ts';
export { openDatabase } from './database.ts';
export { DataFolderError, type DataFolderErrorCode } from './errors.ts';
export type { FolderLock } from './lock.ts';
export { type DataFolderSight, lookAtDataFolder } from './look.ts';
