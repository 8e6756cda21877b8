/// <reference path="../globals.d.ts" preserve="true" />
/** Requests that need no disk: train a model, open it and draw from it. */
export { checkConfig, defineConfig } from './config.ts'
export { fit, type FitData, type FitOptions } from './fit.ts'
export { type ModelSource, openModel, type OpenOptions } from './open.ts'
export { type Opened, openedOf, readModel } from './opened.ts'
export { pictureBytes } from './picture-bytes.ts'
export { prepareData } from './prepare.ts'
export { createTrainer, problemOf, train, type TrainEvent, type TrainOptions } from './train.ts'
export type { DrawRequest, ModelRequest, WarmModel } from './warm-model.ts'
