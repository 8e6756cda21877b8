/// <reference path="./globals.d.ts" preserve="true" />
/** Evaluation of models: recognition, distances from the data by features, copies of training items. */
export { applyClassifier, type Classifier, type Verdict } from './tools/eval/classifier.ts'
export { type ClassifierOptions, trainClassifier } from './tools/eval/train-classifier.ts'
export { type StoredClassifier, decodeClassifier, encodeClassifier } from './tools/eval/classifier-file.ts'
export { type ClassChoice, classChoices, drawSamples } from './families/values/draw-for-eval.ts'
export { labelsAsIn } from './families/labels-as-in.ts'
export { type EvaluateOptions, evaluateModel } from './families/values/evaluate.ts'
export { type JudgeOptions, evaluateSamples } from './tools/eval/evaluate-samples.ts'
export { type FeatureNetwork, classifierFeatures } from './tools/eval/feature-network.ts'
export { formatReport } from './tools/eval/format-report.ts'
export {
  type LikelihoodFigure,
  likelihoodOf,
  type LikelihoodOptions,
  type LikelihoodReport,
} from './families/values/likelihood.ts'
export { type Memorisation, memorisation } from './tools/eval/memorisation.ts'
export { type OnnxFeaturesOptions, onnxFeatures } from './tools/eval/onnx-features.ts'
export { randomFeatures } from './tools/eval/random-features.ts'
export type {
  ClassRecognition,
  Comparison,
  EvalPhase,
  EvalReport,
  ImageComparison,
  PointComparison,
} from './tools/eval/report.ts'
export { type Store, memoryStore } from './tools/eval/store.ts'
export { embeddingBound, roundingTime } from './tools/eval/embedding-bound.ts'
export { embeddedBound, judgeTexts, tokenBound } from './tools/eval/text-report.ts'
