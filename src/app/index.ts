/// <reference path="../globals.d.ts" preserve="true" />
/** What every face asks for: models opened and trained, without a disk. */
export { openedOf, readModel } from './opened.ts'
export { createTrainer, train, type TrainEvent, type TrainOptions } from './train.ts'
