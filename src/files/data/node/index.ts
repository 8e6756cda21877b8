/** Data sets from files: the parts that need Node. */
export { openDataset, type OpenDatasetOptions, readImageFolder, type ImageFolderOptions } from './open-dataset.ts'
export { openSource, type OpenedSource, type OpenSourceOptions } from './open-source.ts'
export { sourceOf } from './source-of.ts'
export { readBytes } from './read-bytes.ts'
