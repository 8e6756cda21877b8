/** Data sets from files: the parts that need Node. */
export { readImageFolder, type ImageFolderOptions } from './image-folder.ts'
export { openDataset, type OpenDatasetOptions } from './open-dataset.ts'
export { readBytes } from './read-bytes.ts'
