/// <reference path="../../../globals.d.ts" preserve="true" />
/** Model folders in a browser. */
export { deleteIndexedDb } from './indexed-db.ts'
export { readModelFolder, type WebFolderOptions } from './read-model-folder.ts'
export { readPicture, type WebPictureOptions } from './read-picture.ts'
export { type FolderTarget, modelFolderZip, saveModelFolder } from './save-model-folder.ts'
