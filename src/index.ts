/**
 * tweedie: diffusion models for TypeScript. This is the library for Node: everything of `core.ts`, which runs anywhere, and
 * files, folders and the native engine.
 *
 * @example
 * import { open, writeDrawn } from 'tweedie'
 *
 * const painter = await open('runs/mine')
 * const drawn = await painter.draw({ count: 16, seed: 1 })
 * await writeDrawn('samples.png', drawn, { overwrite: true })
 * painter.dispose() // or `using painter = …`
 */
export * from './core.ts'
export { type OpenDatasetOptions, openDataset, openSource, sourceOf } from './files/data/node/index.ts'
export * as evaluation from './eval.ts'
export {
  readComponent,
  readModelFolder,
  writeAnimation,
  writeComponent,
  writeImage,
  writeModelFolder,
} from './files/io/node/index.ts'
export { readAutoencoder, type ReadAutoencoderOptions } from './app/node/read-autoencoder.ts'
export { open, type NodeOpenOptions } from './app/node/open.ts'
export { writeDrawn, type WriteOptions, writeTrajectory } from './app/node/write-drawn.ts'
export { type PictureFit, readPicture, type ReadPictureOptions } from './files/io/node/read-picture.ts'
export { describeRuntime, nodeEngine } from './engine/runtime/node/index.ts'
export { beginRun, readRun } from './tools/train/node/run-folder.ts'
export { inspect, type Inspection, type InspectOptions } from './app/node/inspect.ts'
export { evaluate, type EvaluateRequest } from './app/node/evaluate.ts'
export { describeData } from './app/node/describe-data.ts'
export { digestOf } from './app/node/digest.ts'
export { fit, type NodeFitOptions } from './app/node/fit.ts'
export { type RunEvent, trainInFolder } from './app/node/run.ts'
export { type TrainRequest } from './app/node/prepared-run.ts'
export { openFolder } from './app/node/open-folder.ts'
export { saveModel } from './app/node/save-model.ts'
export { type ClassifierRequest, trainClassifierFile } from './app/node/train-classifier.ts'
export { trainRun, type TrainRunEvent } from './app/node/train-run.ts'
