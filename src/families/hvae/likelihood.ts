/** How likely data are under a hierarchy: its bounds, item by item, and what the codes of its levels are used for. */
import { sizeOf } from '../../engine/graph/index.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { boundsOfItems, type LikelihoodOptions } from '../coded/bounds-of-items.ts'
import type { LikelihoodJudge } from '../coded/judge-likelihood.ts'
import { type CodedLikelihood, likelihoodOf, likelihoodRows } from '../coded/likelihood-report.ts'
import type { DrawSetting } from '../coded/painter.ts'
import { boundProgram } from './bound-program.ts'
import { type HvaeModel, latentsOf } from './model.ts'

/** A level, as its codes are used. */
export interface LevelUse {
  /** Numbers of its code. */
  readonly latents: number
  /** Its part of the divergence, the mean over items, in nats. */
  readonly kl: number
  /** Numbers whose part of the divergence is more than {@link activeNats}. */
  readonly activeUnits: number
}

/** The result. */
export interface HvaeLikelihood extends CodedLikelihood {
  /** The lowest level first. */
  readonly byLevel: readonly LevelUse[]
}

/**
 * What a number of a code costs at least that is in use, on average. Its posterior mean may vary with the codes above it and say nothing
 * that they do not, so that the divergence tells, not the variance of the mean. Sønderby et al., Ladder Variational Autoencoders (2016).
 */
export const activeNats = 0.01

/**
 * The likelihood of a data set's first items. Noise depends on the seed and the item alone.
 *
 * @throws TweedieError `data` where the data are not of the model's shape
 */
export async function hvaeLikelihood(
  model: HvaeModel,
  dataset: ArrayDataset,
  setting: DrawSetting,
  options: LikelihoodOptions,
): Promise<HvaeLikelihood> {
  const { network } = model
  const sums = await boundsOfItems(
    {
      model,
      latents: latentsOf(network),
      program: (law, shape) => boundProgram(model, law, shape, setting),
    },
    dataset,
    options,
  )
  let from = 0
  const byLevel = network.latentShapes.map((shape): LevelUse => {
    const latents = sizeOf(shape)
    const own = sums.klByDimension.subarray(from, (from += latents))
    return {
      latents,
      kl: own.reduce((sum, each) => sum + each, 0),
      activeUnits: own.filter((each) => each > activeNats).length,
    }
  })
  return Object.freeze({ ...likelihoodOf(sums, options, model), byLevel })
}

/** The likelihood as `eval` shows it. */
export const likelihoodJudge: LikelihoodJudge<HvaeModel, HvaeLikelihood> = {
  likelihood: hvaeLikelihood,
  rows: (report, isDensity) =>
    likelihoodRows(report, isDensity, {
      terms: report.byLevel.map(({ kl, latents, activeUnits }, level) => [
        `    level ${level + 1}`,
        `${kl.toFixed(2)} nats, ${activeUnits} of ${latents} units active`,
      ]),
    }),
}
