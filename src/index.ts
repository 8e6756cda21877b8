/**
 * tweedie: diffusion models for TypeScript. This is the library for Node: everything of `core.ts`, which runs anywhere, and
 * files, folders and the native engine.
 *
 * @example
 * import { generate, io, modelOf, nodeEngine, readModelFolder, writeImage } from 'tweedie'
 *
 * const model = modelOf(await readModelFolder('runs/mine'))
 * const { items, shape } = await generate(model, await nodeEngine(), { count: 16, seed: 1 })
 * await writeImage('samples.png', io.toGrid(items, shape))
 */
export * from './core.ts'
export { type OpenDatasetOptions, openDataset } from './files/data/node/index.ts'
export * as evaluation from './eval.ts'
export { readModelFolder, writeAnimation, writeImage, writeModelFolder } from './files/io/node/index.ts'
export { describeRuntime, nodeEngine } from './engine/runtime/node.ts'
export { beginRun, readRun } from './tools/train/node/run-folder.ts'
export { digestOf, type RunEvent, trainInFolder } from './app/node/run.ts'
export { describeData } from './app/node/describe-data.ts'
export { evaluate, type EvaluateRequest } from './app/node/evaluate.ts'
export { inspect, type Inspection, type InspectOptions } from './app/node/inspect.ts'
export { openFolder } from './app/node/open-folder.ts'
