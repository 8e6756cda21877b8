/// <reference path="./globals.d.ts" preserve="true" />
/**
 * The library without the parts that need Node: train a model, sample from it, export it; then the modules that these
 * are built from.
 */

// Errors
export { type ErrorCode, exitCodes, isTweedieError, TweedieError } from './errors.ts'

// Train
export { type Checkpoint, encodeCheckpoint } from './tools/train/checkpoint.ts'
export { decodeCheckpoint } from './tools/train/decode-checkpoint.ts'
export {
  jointLayout,
  type PartTensor,
  partScope,
  partView,
  type TrainPart,
  type TrainParts,
} from './tools/train/parts.ts'
export type { Ranks, Reduce } from './tools/train/ranks.ts'
export { resumeSpec, type Wanted } from './tools/train/resume-spec.ts'
export type { SavedState, StartWeights } from './tools/train/state.ts'
export { type Choices, type Setting } from './families/values/defaults.ts'
export { defaultSpec } from './families/values/default-spec.ts'
export { defaultEmbeddedSpec, type EmbeddedChoices } from './families/embeddings/defaults.ts'
export { defaultTokenSpec, type TokenChoices } from './families/tokens/defaults.ts'
export { defaultMoleculeSpec, type MoleculeChoices } from './families/molecules/defaults.ts'
export {
  type DrawConformersOptions,
  type DrawnConformers,
  generateConformers,
  type WantedConformers,
} from './families/molecules/generate.ts'
export { stereoOf, type Stereo } from './families/molecules/graph/stereo.ts'
export { topologyOf, type Topology } from './families/molecules/graph/topology.ts'
export type { MoleculeModel } from './families/molecules/model.ts'
export type { MoleculeTrainSpec } from './families/molecules/spec.ts'
export { defaultHvaeSpec, type HvaeChoices } from './families/hvae/defaults.ts'
export type { HvaeTrainSpec } from './families/hvae/spec.ts'
export { type Choices as VaeChoices, defaultVaeSpec } from './families/vae/defaults.ts'
export type { LogLine } from './tools/train/loss-window.ts'
export { checkSpec, type TrainSpec } from './families/values/spec.ts'
export type { TokenTrainSpec } from './families/tokens/spec.ts'
export type { EmbeddedTrainSpec } from './families/embeddings/spec.ts'
export type { VaeTrainSpec } from './families/vae/spec.ts'
export type { BaseSpec, Budget } from './tools/train/spec.ts'
export type { Batch, TrainProblem, TrainState } from './tools/train/problem.ts'
export { type LoopEvent, type LoopOptions, trainingLoop } from './tools/train/loop.ts'
export { trainToEnd, type TrainToEndOptions } from './tools/train/fit.ts'
export { prepareData } from './app/prepare.ts'
export { createTrainer, problemOf } from './app/train.ts'
export { fit, type FitData, type FitOptions } from './app/fit.ts'
export { type StepReport, type Task, type Trainer, trainerOf, type TrainerOptions } from './tools/train/trainer.ts'
export { train, type TrainEvent, type TrainOptions } from './app/train.ts'

// Models and samples
export type { Family, FamilyEntry, FamilyModel, OwnParts } from './families/family.ts'
export type { NetworkConfig, NetworkFactory, OwnNetwork, OwnObjective } from './families/own-parts.ts'
export { baseSpec } from './families/base-spec.ts'
export { defineConfig } from './app/config.ts'
export { openedOf, type Opened, readModel } from './app/opened.ts'
export { autoencoderOf, autoencoderPart } from './compiled/autoencoder-part.ts'
export {
  type AutoencoderWeights,
  type Codes,
  type CompiledAutoencoder,
  compiledAutoencoder,
} from './compiled/autoencoder.ts'
export { textEncoderOf, textEncoderPart } from './compiled/text-encoder-part.ts'
export {
  type CompiledTextEncoder,
  compiledTextEncoder,
  type CompiledTextEncoderOptions,
  type TextEncoderWeights,
  type TextVectors,
} from './compiled/text-encoder.ts'
export { imageEncoderOf, imageEncoderPart } from './compiled/image-encoder-part.ts'
export {
  type CompiledImageEncoder,
  compiledImageEncoder,
  type CompiledImageEncoderOptions,
  type ImageEncoderWeights,
  type ImageVectors,
} from './compiled/image-encoder.ts'
export type { WordEncoder, Words } from './compiled/words.ts'
export { silentTokens, wordEncoder, wordEncoderOf, type WordEncoderOptions, wordParts } from './compiled/words-part.ts'
export { type BetweenPrompts, betweenPrompts } from './compiled/prompts/between.ts'
export { type ComposedPrompt, composedPrompts } from './compiled/prompts/composition.ts'
export { parsePrompt, type WeightedText } from './compiled/prompts/grammar.ts'
export {
  type EncodedPrompts,
  encodePrompts,
  type PromptEncoder,
  promptEncoder,
  type PromptOptions,
} from './compiled/prompts/prompt-encoder.ts'
export { promptConditions, type TextCondition } from './compiled/prompts/text-condition.ts'
export {
  attentionMaps,
  type AttentionMaps,
  type AttentionMapsOptions,
  attentionOfItems,
  type ItemMapsOptions,
} from './compiled/attention-maps.ts'
export { enlarged } from './compiled/enlarge.ts'
export { type CompiledAutoencoderOptions, decoderExpression } from './compiled/autoencoder.ts'
export { type DecodedOperator, decodedOperator, type DecodedOptions } from './compiled/decoded-operator.ts'
export { decodeTiled, type TileOptions } from './compiled/tiles.ts'
export { type CompiledQuantiser, compiledQuantiser, type QuantiserWeights } from './compiled/quantiser.ts'
export { categoricalDenoiser } from './compiled/categorical-denoiser.ts'
export { modelDenoiser, type ModelDenoiser } from './compiled/denoiser.ts'
export {
  exportDecoderPart,
  exportEncoderPart,
  exportNetworkPart,
  exportTextEncoderPart,
  type OnnxPartFiles,
  type PartExportOptions,
} from './compiled/onnx/export-parts.ts'
export { onnxAutoencoder, type OnnxAutoencoderOptions, type OnnxHalves } from './compiled/onnx/onnx-autoencoder.ts'
export { onnxFile, type OnnxFile, type OnnxFileOptions } from './compiled/onnx/onnx-file.ts'
export { onnxNetwork, type OnnxNetworkOptions } from './compiled/onnx/onnx-network.ts'
export { onnxTextEncoder, type OnnxTextEncoderOptions } from './compiled/onnx/onnx-text-encoder.ts'
export type { Arithmetic } from './compiled/arithmetic.ts'
export { calibrate, type CalibrateOptions } from './compiled/calibrate.ts'
export { flowDensity, type FlowDensity, type FlowLatents, type FlowOptions } from './compiled/flow-density.ts'
export { flowInverse, type FlowInverse } from './compiled/flow-inverse.ts'
export { exportOnnx } from './compiled/export-onnx.ts'
export {
  type SamplerFile,
  samplerFile,
  samplerFileFeeds,
  type SamplerFileOptions,
} from './compiled/one-file/sampler-file.ts'
export { type StartingWeights, weightsFor } from './compiled/weights-for.ts'
export { roundWeights, type WeightFormat, weightFormats } from './compiled/weight-format.ts'
export {
  type DrawOptions,
  generate,
  type Generated,
  type GenerateOptions,
  type GenerateProgress,
  type WarmGenerator,
  warmGenerator,
} from './families/values/generate.ts'
export { type TaughtData, type Teacher, withTeacher } from './families/values/teacher.ts'
export { folderOf, type Model } from './families/values/model.ts'
export { modelOf } from './families/values/model-of.ts'
export { pictureOf } from './files/show/picture.ts'
export { textPictureOf } from './files/show/text-picture.ts'
export { timesOf } from './diffusion/sample/default-times.ts'
export { generateTokens, type WarmTokenGenerator, warmTokenGenerator } from './families/tokens/generate.ts'
export { type ControlGradient, controlGradient } from './compiled/control-gradient.ts'
export { type EmbeddingModel, embeddingsOf, withTextLength } from './families/embeddings/model.ts'
export {
  generateEmbedded,
  type GenerateEmbeddedOptions,
  warmEmbeddedGenerator,
  type WarmTextGenerator,
} from './families/embeddings/generate.ts'
export { type TokenModel, withLength } from './families/tokens/model.ts'
export { defaultVqSpec, type VqChoices } from './families/vq/defaults.ts'
export type { VqModel } from './families/vq/model.ts'
export { imagesToTokens, type TokenMapOptions, tokensToImages } from './families/vq/tokens.ts'
export { tokenPictureOf } from './files/show/token-picture.ts'
export { textOf } from './files/show/token-text.ts'

// Open models: warm, whatever their family
export { type ModelSource, openModel, type OpenOptions } from './app/open.ts'
export type { RemoteOptions } from './app/remote.ts'
export type { InferenceFetch, InferenceServer } from './engine/runtime/remote/inference-client.ts'
export { type RemoteNetwork, remoteNetwork } from './compiled/remote-network.ts'
export type { DrawRequest, ModelRequest, WarmModel } from './app/warm-model.ts'
export { pictureBytes } from './app/picture-bytes.ts'
export type { Drawn, Frame, Item, Painter, Progress, View } from './families/family.ts'

// Conditions, guidance, restoration, edits
export {
  type ConditionDescription,
  type ConditionRequest,
  conditionsFor,
  describeConditions,
} from './families/conditions.ts'
export { conditioned, type Conditions } from './diffusion/denoise/conditions.ts'
export { classifierFree, type GuidanceOptions } from './diffusion/guidance/cfg.ts'
export { type ComposeOptions, composed, composedOf, type Term } from './diffusion/guidance/composed.ts'
export { type GuidedModel, guidedModel, type ModelGuidance } from './families/values/guided.ts'
export {
  decodeNoisyClassifier,
  encodeNoisyClassifier,
  type NoisyClassifier,
} from './families/values/noisy-classifier.ts'
export { edit, type EditOptions, interpolate, type InterpolateOptions } from './families/values/edit.ts'
export { restore, type Restored, type RestoreOptions } from './families/values/restore.ts'
export { type ModelVjp, modelVjp } from './compiled/vjp.ts'
export { type NoisyClassifierOptions, trainNoisyClassifier } from './families/values/train-noisy-classifier.ts'

// Programs: graphs on a device
export { compile, type Program } from './engine/runtime/program.ts'
export type { Device, Engine, Session, SessionOptions } from './engine/runtime/session.ts'

// The rooms
export * as data from './files/data/index.ts'
export * as centred from './diffusion/centred/index.ts'
export * as denoise from './diffusion/denoise/index.ts'
export * as discrete from './diffusion/discrete/index.ts'
export * as flow from './diffusion/flow/index.ts'
export * as graph from './engine/graph/index.ts'
export * as guidance from './diffusion/guidance/index.ts'
export * as io from './files/io/index.ts'
export * as latent from './diffusion/latent/index.ts'
export * as likelihood from './diffusion/likelihood/index.ts'
export * as measure from './diffusion/measure/index.ts'
export * as molecules from './molecules.ts'
export * as trajectory from './trajectory.ts'
export * as nn from './engine/nn/index.ts'
export * as odeFlow from './diffusion/ode-flow/index.ts'
export * as noise from './diffusion/noise/index.ts'
export * as metrics from './tools/metrics/index.ts'
export { muon } from './engine/muon/muon.ts'
export type { PlacedOptimizer, TensorOptimizer } from './engine/muon/tensor-optimizer.ts'
export * as optim from './engine/optim/index.ts'
export * as random from './engine/random/index.ts'
export * as sample from './sample.ts'
export * as text from './files/text/index.ts'
