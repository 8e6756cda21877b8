/**
 * The model folder, as files in memory: the layout of Python's diffusers plus `tweedie.json`. A model is a map of named parts. A
 * A U-Net of diffusers lies in `unet/` and loads there as it is; a network that diffusers does not know lies in `network/`; other parts
 * have their names. Reading and writing the folder on a disk is `node/model-folder.ts`.
 */
export type { Component, ModelWeight } from './component.ts'
export { decodeModelFolder } from './decode-model-folder.ts'
export { encodeConfig, encodeModelFolder } from './encode-model-folder.ts'
export { encodeOnnxFolder } from './encode-onnx-folder.ts'
export { filesBelow, filesIn } from './further-files.ts'
export { metaPath } from './folder-plan.ts'
export type { ModelFiles, ModelFolder, ModelFolderInput, ReadFolderOptions } from './folder-types.ts'
