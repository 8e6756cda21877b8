/** Data sets from files: the parts that need Node. */
export { readImageFolder, type ImageFolderOptions } from './image-folder.ts'
export { openDataset, type OpenDatasetOptions } from './open-dataset.ts'
export { openSource, type OpenedSource, type OpenSourceOptions } from './open-source.ts'
export { sourceOf } from './source-of.ts'
export { readBytes } from './read-bytes.ts'
