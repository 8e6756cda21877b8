/** What every face asks for, in Node: also with folders. */
export * from '../index.ts'
export { drawSamples } from './draw-samples.ts'
export { exportFiles } from './export.ts'
export { openFolder } from './open-folder.ts'
export { digestOf, type RunEvent, type RunOptions, trainInFolder } from './run.ts'
export { settingFor } from './setting.ts'
