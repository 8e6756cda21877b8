/** How likely data are under an autoencoder: its bounds, item by item, and what its codes are used for. */
import { sizeOf } from '../../engine/graph/index.ts'
import { activeUnits } from '../../diffusion/latent/index.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { boundsOfItems, type LikelihoodOptions } from '../coded/bounds-of-items.ts'
import type { LikelihoodJudge } from '../coded/judge-likelihood.ts'
import { type CodedLikelihood, likelihoodOf, likelihoodRows } from '../coded/likelihood-report.ts'
import type { Setting } from '../family.ts'
import { boundProgram } from './bound-program.ts'
import type { VaeModel } from './model.ts'

/** The result. */
export interface VaeLikelihood extends CodedLikelihood {
  /** The divergence of each dimension of a code, or channel, the mean over items, in nats. */
  readonly klByLatent: readonly number[]
  /** How many numbers of a code are in use. */
  readonly activeUnits: number
}

/**
 * The likelihood of a data set's first items. Noise depends on the seed and the item alone.
 *
 * @throws TweedieError `data` where the data are not of the model's shape
 */
export async function vaeLikelihood(
  model: VaeModel,
  dataset: ArrayDataset,
  setting: Pick<Setting, 'engine' | 'device' | 'threads'>,
  options: LikelihoodOptions,
): Promise<VaeLikelihood> {
  const { latentShape } = model.autoencoder
  const latents = sizeOf(latentShape)
  const sums = await boundsOfItems(
    { model, latents, program: (law, shape) => boundProgram(model, law, shape, setting) },
    dataset,
    options,
  )
  const klByLatent = Array.from({ length: latentShape[0]! }, () => 0)
  const each = latents / klByLatent.length
  sums.klByDimension.forEach((kl, j) => (klByLatent[Math.floor(j / each)]! += kl))
  return Object.freeze({
    ...likelihoodOf(sums, options, model),
    klByLatent,
    activeUnits: activeUnits(sums.means, latents),
  })
}

/** The likelihood as `eval` shows it. */
export const likelihoodJudge: LikelihoodJudge<VaeModel, VaeLikelihood> = {
  likelihood: vaeLikelihood,
  rows(report, isDensity) {
    const { klByLatent, latents, activeUnits: active } = report
    const falling = klByLatent.toSorted((a, b) => b - a)
    const shown = falling.slice(0, 8).map((each) => each.toFixed(2))
    return likelihoodRows(report, isDensity, {
      units: [
        [
          'divergence by latent',
          `${shown.join(', ')}${falling.length > shown.length ? ', …' : ''} nats, the largest first`,
        ],
        ['active units', `${active} of ${latents}`],
      ],
    })
  },
}
