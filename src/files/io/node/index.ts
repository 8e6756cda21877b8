/** Files on a disk: atomic writes, run folders, model folders, pictures. */
export { createRunFolder, readJson, readSafetensorsFile, writeFileAtomic, writeJsonAtomic } from './files.ts'
export { type AnimationOptions, type ImageOptions } from './images.ts'
export { animationExtensions, checkImagePath, encodeImage, imageExtensions } from './images.ts'
export { readProvenance, writeAnimation, writeImage } from './images.ts'
export { readModelFolder, type ReadModelFolderOptions, writeModelFolder } from './model-folder.ts'
export { type ReadComponent, readComponent } from './read-component.ts'
export { writeComponent } from './write-component.ts'
