/** The values that options take, known without loading what they stand for; the types keep them in step. */
import type { ParametrisationName } from '../denoise/parametrisation.ts'
import type { WeightingName } from '../denoise/weighting.ts'
import type { BetaTableName } from '../noise/betas.ts'

export const parametrisations = ['epsilon', 'sample', 'v'] as const satisfies readonly ParametrisationName[]
export const weightings = ['simple', 'min-snr', 'snr', 'uniform-x0'] as const satisfies readonly WeightingName[]
export const noiseTables = [
  'linear',
  'scaled_linear',
  'squaredcos_cap_v2',
  'sigmoid',
] as const satisfies readonly BetaTableName[]
export const decays = ['cosine', 'constant'] as const
export const attentions = ['none', 'middle', 'lowest'] as const
export const spacings = ['trailing', 'leading', 'linspace', 'log-snr', 'karras'] as const
export const devices = ['cpu', 'webgpu', 'auto'] as const
