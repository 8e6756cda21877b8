/** Objectives by name: what belongs together, so that it need not be said piece by piece. */
import type { TrainedParametrisation } from '../diffusion/denoise/objective-spec.ts'
import type { WeightingName } from '../diffusion/denoise/weighting.ts'
import type { ScheduleName } from '../diffusion/noise/named.ts'

/** What a name stands for. */
export interface NamedObjective {
  readonly meaning: string
  readonly parametrisation?: TrainedParametrisation
  readonly weighting?: WeightingName
  readonly learnVariance?: true
  /** The noise, unless another is named. */
  readonly noise?: ScheduleName
}

const named = {
  /** Denoising Diffusion Probabilistic Models (Ho et al., 2020), equation 14. */
  simple: { meaning: 'all levels alike', weighting: 'simple' },
  /** The same, equation 5. */
  vlb: { meaning: 'the variational bound', weighting: 'vlb' },
  /** Improved Denoising Diffusion Probabilistic Models (Nichol & Dhariwal, 2021), equation 16. */
  hybrid: { meaning: 'simple + 0.001 vlb, learning variances', weighting: 'simple', learnVariance: true },
  /** Maximum Likelihood Training of Score-Based Diffusion Models (Song et al., 2021). */
  likelihood: { meaning: 'the bound in continuous time, on vp', weighting: 'likelihood', noise: 'vp' },
  /** Generative Modeling by Estimating Gradients of the Data Distribution (Song & Ermon, 2019), equation 6 with λ = σ². */
  'score-matching': { meaning: 'the score on ve', parametrisation: 'score', weighting: 'snr', noise: 've' },
  /** Flow Matching for Generative Modeling (Lipman et al., 2023); Flow Straight and Fast (Liu et al., 2023). */
  'flow-matching': {
    meaning: 'the velocity of rectified-flow',
    parametrisation: 'flow',
    weighting: 'simple',
    noise: 'rectified-flow',
  },
  /** Elucidating the Design Space of Diffusion-Based Generative Models (Karras et al., 2022). */
  edm: { meaning: "EDM's network, weights and noise", parametrisation: 'edm', weighting: 'edm', noise: 'edm' },
  /** Diffusion-LM Improves Controllable Text Generation (Li et al., 2022), equation 2. */
  'diffusion-lm': { meaning: 'text as noisy embeddings', noise: 'sqrt' },
} as const satisfies Readonly<Record<string, NamedObjective>>

/** A name. */
export type ObjectiveName = keyof typeof named

/** All of them. */
export const objectives: Readonly<Record<ObjectiveName, NamedObjective>> = Object.freeze(named)

/** Their names. */
export const objectiveNames = Object.freeze(Object.keys(named)) as readonly ObjectiveName[]
