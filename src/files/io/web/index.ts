/// <reference path="../../../globals.d.ts" preserve="true" />
/** Model folders in a browser. */
export { droppedFiles } from '../../data/web/dropped-files.ts'
export { type NamedFile, namedFiles } from '../../data/web/named-file.ts'
export type { FolderInput, FolderSource } from './folder-input.ts'
export { deleteIndexedDb } from './indexed-db.ts'
export { readModelFolder, type WebFolderOptions } from './read-model-folder.ts'
export { type FolderTarget, modelFolderZip, saveModelFolder } from './save-model-folder.ts'
export { encodePicture, imageDataOf } from './encode-picture.ts'
export { readPicture, type WebPictureOptions } from './read-picture.ts'
