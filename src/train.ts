/// <reference path="./globals.d.ts" preserve="true" />
/** Training: a problem (networks, a loss, batches), the loop that solves it, its checkpoints. */
export { createTrainer, train, type TrainEvent, type TrainOptions } from './app/train.ts'
export { type Checkpoint, encodeCheckpoint } from './tools/train/checkpoint.ts'
export { decodeCheckpoint } from './tools/train/decode-checkpoint.ts'
export { type LoopEvent, type LoopOptions, trainingLoop } from './tools/train/loop.ts'
export type { LogLine } from './tools/train/loss-window.ts'
export type { Batch, TrainData, TrainProblem, TrainState } from './tools/train/problem.ts'
export { type BaseSpec, type Budget, checkBaseSpec } from './tools/train/spec.ts'
export { type StepReport, type Trainer, type TrainerOptions, trainerOf } from './tools/train/trainer.ts'
