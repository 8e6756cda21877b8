/** Recipes: names for objectives, weightings and noise that belong together. */
import type { TrainedParametrisation } from '../../diffusion/denoise/objective-spec.ts'
import type { WeightingName } from '../../diffusion/denoise/weighting.ts'
import type { ScheduleName } from '../../diffusion/noise/named.ts'
import type { OwnComponents } from '../own-parts.ts'
import { ownPart } from '../part.ts'

/** The parts of a recipe. */
export interface Recipe {
  readonly parametrisation?: TrainedParametrisation | undefined
  readonly weighting?: string | undefined
  readonly learnVariance?: true
  /** The noise, unless another is named. */
  readonly noise?: string | undefined
  /** The name of a loss of the user's own. */
  readonly loss?: string
}

const recipes = {
  /** Denoising Diffusion Probabilistic Models (Ho et al., 2020), equation 14. */
  simple: { weighting: 'simple' },
  /** The same, equation 5. */
  vlb: { weighting: 'vlb' },
  /** Improved Denoising Diffusion Probabilistic Models (Nichol & Dhariwal, 2021), equation 16. */
  hybrid: { weighting: 'simple', learnVariance: true },
  /** Maximum Likelihood Training of Score-Based Diffusion Models (Song et al., 2021). */
  likelihood: { weighting: 'likelihood', noise: 'vp' },
  /** Generative Modeling by Estimating Gradients of the Data Distribution (Song & Ermon, 2019), equation 6 with λ = σ². */
  'score-matching': { parametrisation: 'score', weighting: 'snr', noise: 've' },
  /** Flow Matching for Generative Modeling (Lipman et al., 2023); Flow Straight and Fast (Liu et al., 2023). */
  'flow-matching': { parametrisation: 'flow', weighting: 'simple', noise: 'rectified-flow' },
  /** Elucidating the Design Space of Diffusion-Based Generative Models (Karras et al., 2022). */
  edm: { parametrisation: 'edm', weighting: 'edm', noise: 'edm' },
  /** Improved Techniques for Training Consistency Models (Song & Dhariwal, 2023), https://arxiv.org/abs/2310.14189. */
  consistency: {},
} as const satisfies Readonly<
  Record<string, Recipe & { readonly weighting?: WeightingName; readonly noise?: ScheduleName }>
>

/** The names of the recipes that are built in. */
export const recipeNames: readonly string[] = Object.freeze(Object.keys(recipes))

/** The recipe of this name, or the user's own loss as a recipe; undefined if there is neither. */
export function recipeOf(name: string | undefined, own: OwnComponents): Recipe {
  if (name === undefined) return {}
  const mine = ownPart(own, 'objectives', name)
  if (mine === undefined) return Object.hasOwn(recipes, name) ? recipes[name as keyof typeof recipes] : {}
  const { parametrisation, weighting, noise } = mine
  return { parametrisation, weighting, noise, loss: name }
}
