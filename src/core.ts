/** The library, all but what needs Node: train a model, sample from it, export it; then, room by room, what these are made of. */

// Errors
export { type ErrorCode, exitCodes, isTweedieError, TweedieError } from './errors.ts'

// Train
export { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from './train/checkpoint.ts'
export { type Choices, defaultSpec, type Setting } from './train/defaults.ts'
export { defaultEmbeddedSpec, type EmbeddedChoices } from './train/embedded-defaults.ts'
export { defaultTokenSpec, type TokenChoices } from './train/token-defaults.ts'
export type { LogLine } from './train/loss-window.ts'
export {
  type AnyTrainSpec,
  checkSpec,
  isTokenSpec,
  type Budget,
  type TokenTrainSpec,
  type TrainSpec,
} from './train/spec.ts'
export { createTrainer, type StepReport, type Trainer, type TrainState } from './train/trainer.ts'
export { train, type TrainEvent, type TrainOptions } from './train/train.ts'

// Models and samples
export { type AnyModel, anyFolderOf, anyModelOf, isEmbeddingModel, isTokenModel } from './model/any-model.ts'
export { categoricalDenoiser } from './model/categorical-denoiser.ts'
export { modelDenoiser, type ModelDenoiser } from './model/denoiser.ts'
export type { Arithmetic } from './model/arithmetic.ts'
export { calibrate, type CalibrateOptions } from './model/calibrate.ts'
export { exportOnnx } from './model/export-onnx.ts'
export { roundWeights, type WeightFormat, weightFormats } from './model/weight-format.ts'
export { generate, type Generated, type GenerateOptions, type GenerateProgress } from './model/generate.ts'
export { folderOf, type Model, modelOf } from './model/model.ts'
export { pictureOf, textPictureOf } from './model/picture.ts'
export { timesOf } from './model/times.ts'
export { generateTokens } from './model/generate-tokens.ts'
export { type ControlGradient, controlGradient } from './model/control-gradient.ts'
export { type EmbeddingModel, embeddingsOf, withTextLength } from './model/embedding-model.ts'
export { generateEmbedded, type GenerateEmbeddedOptions } from './model/generate-embedded.ts'
export { type TokenModel, withLength } from './model/token-model.ts'
export { tokenPictureOf } from './model/token-picture.ts'
export { textOf } from './model/token-text.ts'

// Guidance, restoration, edits
export { classifierFree, type GuidanceOptions } from './guidance/cfg.ts'
export { type GuidedModel, guidedModel, type ModelGuidance } from './model/guided.ts'
export { decodeNoisyClassifier, encodeNoisyClassifier, type NoisyClassifier } from './model/guided-classifier.ts'
export { edit, type EditOptions, interpolate, type InterpolateOptions } from './model/guided-edit.ts'
export { restore, type Restored, type RestoreOptions } from './model/guided-restore.ts'
export { type ModelVjp, modelVjp } from './model/vjp.ts'
export { type NoisyClassifierOptions, trainNoisyClassifier } from './train/noisy-classifier.ts'

// Programs: graphs on a device
export { compile, type Program } from './runtime/program.ts'
export type { Device, Engine, Session, SessionOptions } from './runtime/session.ts'

// The rooms
export * as data from './data/index.ts'
export * as denoise from './denoise/index.ts'
export * as discrete from './discrete/index.ts'
export * as graph from './graph/index.ts'
export * as guidance from './guidance/index.ts'
export * as io from './io/index.ts'
export * as likelihood from './likelihood/index.ts'
export * as measure from './measure/index.ts'
export * as nn from './nn/index.ts'
export * as noise from './noise/index.ts'
export * as metrics from './metrics/index.ts'
export * as optim from './optim/index.ts'
export * as random from './random/index.ts'
export * as sample from './sample/index.ts'
export * as text from './text/index.ts'
