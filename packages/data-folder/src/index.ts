export { type DataFolder, type DataFolderOptions, openDataFolder } from './data-folder.ts';
export { DataFolderError, type DataFolderErrorCode } from './errors.ts';
export { type DataFolderSight, lookAtDataFolder } from './look.ts';
