/** The allowed values of options, known without loading their code; the types keep them complete. */
import type { PosteriorMethodName } from '../diffusion/guidance/methods.ts'
import type { InputViewName } from '../diffusion/denoise/input-view.ts'
import type { TrainedParametrisation } from '../diffusion/denoise/objective-spec.ts'
import type { timesNames } from '../diffusion/denoise/time-distribution.ts'
import type { WeightingName } from '../diffusion/denoise/weighting.ts'
import type { FewStepsMethod } from '../diffusion/distil/few-steps.ts'
import type { DecoderLawName } from '../diffusion/latent/decoder-law.ts'
import type { DiscreteSpec } from '../diffusion/discrete/spec.ts'
import type { OdeLikelihoodOptions } from '../diffusion/likelihood/ode-likelihood.ts'
import type { FixedSolverName } from '../diffusion/ode-flow/solve.ts'
import type { Arithmetic } from '../compiled/arithmetic.ts'
import type { PixelKind } from '../compiled/one-file/finish.ts'
import type { WeightFormat } from '../compiled/weight-format.ts'
import type { SpacingName } from '../diffusion/sample/default-times.ts'
import type { BetaTableName } from '../diffusion/noise/betas.ts'
import type { ScheduleName, ScheduleOptions } from '../diffusion/noise/named.ts'
import type { DdpmOptions } from '../diffusion/sample/ddpm.ts'
import type { Preset } from './default-network.ts'
import type { adapterTargets } from '../engine/nn/adapters.ts'
import type { optimizerNames } from '../tools/train/optimizer-options.ts'

/** The names of a union, none left out: `Record<Name, 0>` would not compile without one of them. */
const namesOf = <T extends string>(names: Readonly<Record<T, 0>>): readonly T[] => Object.keys(names) as T[]

export const presets = namesOf<Preset>({ usual: 0, light: 0 })
export const parametrisations = namesOf<TrainedParametrisation>({
  v: 0,
  epsilon: 0,
  sample: 0,
  score: 0,
  flow: 0,
  edm: 0,
})
export const weightings = namesOf<WeightingName>({
  simple: 0,
  'min-snr': 0,
  snr: 0,
  'uniform-x0': 0,
  p2: 0,
  sigmoid: 0,
  edm: 0,
  vlb: 0,
  likelihood: 0,
})
export const trainingTimes = namesOf<(typeof timesNames)[number]>({
  uniform: 0,
  'log-normal': 0,
  'logit-normal': 0,
  importance: 0,
})
/** Noise by a table of levels, with diffusers' names. */
export const noiseTables = namesOf<Exclude<BetaTableName, 'laplace' | 'exp'>>({
  squaredcos_cap_v2: 0,
  linear: 0,
  scaled_linear: 0,
  sigmoid: 0,
})
/** Noise in continuous time. */
export const noiseSchedules = namesOf<ScheduleName>({
  cosine: 0,
  vp: 0,
  'sub-vp': 0,
  ve: 0,
  edm: 0,
  'rectified-flow': 0,
  sqrt: 0,
})
/** The numbers of schedules in continuous time, and which of them take each. */
export const scheduleNumbers: Readonly<Record<keyof ScheduleOptions, readonly ScheduleName[]>> = {
  betaMin: ['vp', 'sub-vp'],
  betaMax: ['vp', 'sub-vp'],
  sigmaMin: ['ve', 'sqrt'],
  sigmaMax: ['ve', 'edm'],
  shift: noiseSchedules,
}
/** How a network sees state and time. */
export const inputViews = namesOf<InputViewName>({ level: 0, time: 0, slow: 0, noise: 0 })
export const spacings = namesOf<SpacingName>({
  trailing: 0,
  leading: 0,
  linspace: 0,
  uniform: 0,
  faint: 0,
  'log-snr': 0,
  karras: 0,
})
/** The variance of ancestral steps. */
export const reverseVariances = namesOf<NonNullable<DdpmOptions['variance']> | 'learned'>({
  small: 0,
  large: 0,
  learned: 0,
})
/** The variance of the steps that the variational bound is of. */
export const boundVariances = ['small', 'large', 'learned', 'analytic'] as const
export const traces = namesOf<NonNullable<OdeLikelihoodOptions['trace']>>({ exact: 0, rademacher: 0, gaussian: 0 })
/** Methods of a solve with a fixed number of steps. */
export const flowSolvers = namesOf<FixedSolverName>({ rk4: 0, midpoint: 0, euler: 0 })
export const decays = ['cosine', 'constant'] as const
export const optimizers = namesOf<(typeof optimizerNames)[number]>({ adamw: 0, sgd: 0, muon: 0 })
/** How few steps are learned from a teacher. */
export const distilMethods = namesOf<FewStepsMethod>({ progressive: 0, consistency: 0 })
export const attentions = ['none', 'middle', 'lowest'] as const
/** The arithmetic of convolutions when sampling. */
export const arithmetics = namesOf<Arithmetic>({ float32: 0, int8: 0 })
export const devices = ['cpu', 'webgpu', 'cuda', 'auto'] as const
/** How tokens are corrupted. */
export const kernels = namesOf<DiscreteSpec['kernel']>({ absorbing: 0, uniform: 0, gaussian: 0, neighbour: 0 })
export const processSchedules = namesOf<DiscreteSpec['schedule']>({
  'log-linear': 0,
  linear: 0,
  cosine: 0,
  'mutual-information': 0,
})
export const tokenObjectives = namesOf<DiscreteSpec['objective']>({ bound: 0, hybrid: 0, 'cross-entropy': 0 })
/** Tasks of restoration, and methods to draw answers. */
export const restoreTasks = ['inpaint', 'super-resolution', 'deblur', 'denoise', 'colorize'] as const
export const restoreMethods = namesOf<PosteriorMethodName>({
  mmps: 0,
  pigdm: 0,
  sda: 0,
  dps: 0,
  ddrm: 0,
  repaint: 0,
  diffpir: 0,
})
/** How a picture of another size is made to fit. */
export { imageFits as pictureFits } from '../files/data/image-fits.ts'
/** The laws of data given a code. */
export const decoderLaws = namesOf<DecoderLawName>({ gaussian: 0, discretised: 0, bernoulli: 0 })
/** What is shown of a law of data, and used of a law of codes. */
export const valueChoices = ['mean', 'sample'] as const
export const codeChoices = ['mean', 'sample'] as const
/** How the codes of a hierarchy are inferred. */
/** How hierarchies of codes are inferred and generated. */
export const hierarchyKinds = ['plain', 'ladder', 'skip-ladder'] as const
/** What may be exported of one. */
export const hierarchyParts = ['generator', 'decoder', 'encoder'] as const
/** How exported files store large weights. */
export const weightFormats = namesOf<WeightFormat>({ float32: 0, float16: 0, int8: 0 })
/** How a sampler in one file gives pixels. */
export const pixelKinds = namesOf<PixelKind>({ float: 0, bytes: 0 })
/** Whose operators such a file has. */
export const operatorKinds = ['standard', 'runtime'] as const

/** Layers that adapters change, by name. */
export const layersToAdapt = namesOf<(typeof adapterTargets)[number]>({ attention: 0, linear: 0, all: 0 })
