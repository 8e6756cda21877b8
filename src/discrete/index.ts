/** Diffusion over categories: processes, losses, bounds and samplers for tokens. */
export { type Fade } from './fade.ts'
export { nearestNeighbours } from './neighbour.ts'
export {
  type AbsorbingProcess,
  type DenseProcess,
  type DiscreteProcess,
  processOf,
  type ProcessMethods,
  type UniformProcess,
} from './process.ts'
export {
  discreteObjectiveNames,
  type DiscreteObjectiveName,
  type DiscreteSpec,
  type FadeName,
  fadeNames,
  type KernelName,
  kernelNames,
} from './spec.ts'
export { type BoundTerm, termAt } from './terms.ts'
export { discreteFeeds, discreteLoss, fillDiscrete } from './training-loss.ts'
export { type CategoricalDenoiser, type EvaluateLogits, fromLogits } from './denoiser.ts'
