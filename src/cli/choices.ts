/** The values that options take, known without loading what they stand for; the types keep them in step. */
import type { TrainedParametrisation } from '../denoise/objective-spec.ts'
import type { timesNames } from '../denoise/time-distribution.ts'
import type { WeightingName } from '../denoise/weighting.ts'
import type { SpacingName } from '../model/times.ts'
import type { BetaTableName } from '../noise/betas.ts'
import type { ScheduleName } from '../noise/named.ts'

/** The names of a union, none left out: `Record<Name, 0>` would not compile without one of them. */
const namesOf = <T extends string>(names: Readonly<Record<T, 0>>): readonly T[] => Object.keys(names) as T[]

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
export const noiseTables = namesOf<BetaTableName>({ squaredcos_cap_v2: 0, linear: 0, scaled_linear: 0, sigmoid: 0 })
/** Noise in continuous time. */
export const noiseSchedules = namesOf<ScheduleName>({
  cosine: 0,
  vp: 0,
  'sub-vp': 0,
  ve: 0,
  edm: 0,
  'rectified-flow': 0,
})
export const spacings = namesOf<SpacingName>({
  trailing: 0,
  leading: 0,
  linspace: 0,
  uniform: 0,
  'log-snr': 0,
  karras: 0,
})
export const decays = ['cosine', 'constant'] as const
export const attentions = ['none', 'middle', 'lowest'] as const
export const devices = ['cpu', 'webgpu', 'auto'] as const
