/** Judges a model of codes by how likely data are under it. */
import { learnsVariance } from '../../diffusion/denoise/objectives/learned-variance.ts'
import { TweedieError } from '../../errors.ts'
import { table } from '../../words.ts'
import { estimateText } from '../coded/likelihood-report.ts'
import { reportedLaw } from '../coded/law-of.ts'
import type { Judgement, Setting } from '../family.ts'
import { judgeData } from '../judge-values-data.ts'
import { requirePosterior } from '../values/jumps.ts'
import type { LikelihoodFigure } from '../values/likelihood.ts'
import type { JudgeOptions } from './judge-samples.ts'
import { latentLikelihood, type LatentLikelihood } from './likelihood.ts'
import type { LatentModel } from './model.ts'

/** The default numbers of items, and of items at a time; of the flow's solver; and of steps of the bound in continuous time. */
const usual = { items: 64, batch: 16, tolerance: 1e-3, steps: 1000 }

/** Works out how likely data are. */
export async function judgeLikelihood(model: LatentModel, options: JudgeOptions, setting: Setting): Promise<Judgement> {
  const { schedule, network } = model.prior
  const { boundVariance, boundDecoder, terms, trace, seed = 0, batch = usual.batch } = options
  const { likelihoodItems: count = usual.items, tolerance = usual.tolerance } = options
  requirePosterior(model.prior, 'a likelihood')
  if (boundVariance === 'learned' && !learnsVariance(network)) {
    throw new TweedieError('usage', '`boundVariance: learned`: the model has learned no variances', {
      hint: '`boundVariance: analytic` measures them',
    })
  }
  const steps = boundSteps(options, schedule.table?.steps)
  const { training, heldOut } = await judgeData(setting.access, options)
  const dataset = heldOut ?? training
  const report = await latentLikelihood(model, dataset, setting, {
    count,
    batch,
    seed,
    training,
    bound: { variance: boundVariance, decoder: boundDecoder, steps, terms },
    flow: { ...(trace && { trace }), solver: { name: 'rk45', relative: tolerance, absolute: tolerance } },
    shards: setting.shards,
    signal: setting.signal,
    onProgress: (done) => setting.onProgress?.({ phase: 'likelihood', done, total: 1 }),
  })
  const law = reportedLaw(model.autoencoder.law, model.autoencoder.scale)
  const isDensity = law.name === 'gaussian'
  const part = heldOut ? 'held-out' : 'training'
  const items = `${report.items} ${part} items of ${dataset.name}, ${report.dimensions} dimensions`
  return {
    facts: { data: dataset.name, part, ...report, law, seed, tolerance, unit: isDensity ? 'nats' : 'bits/dim' },
    text: `${format(report, isDensity)}\n\n${items}`,
    remarks: [
      ...(heldOut ? [] : ['warning: these are the data that the model was trained on; `heldOut` names others']),
      ...(law.name === 'bernoulli' ? ['pixels are black or white by chance, in proportion to their brightness'] : []),
    ],
    howText: `seed ${seed}, one code of each item, ${report.flow?.evaluations} evaluations of the flow`,
  }
}

/** Steps of the bound. @throws TweedieError `usage` for more than there are levels, and more terms than steps */
function boundSteps({ boundSteps: asked, terms }: JudgeOptions, levels: number | undefined): number {
  if (asked !== undefined && levels !== undefined && asked > levels) {
    throw new TweedieError('usage', `\`boundSteps: ${asked}\`: the table has ${levels} levels`)
  }
  const steps = asked ?? levels ?? usual.steps
  if (terms === undefined || terms === Infinity || terms <= steps - 1) return steps
  throw new TweedieError('usage', `\`terms: ${terms}\`: a bound of ${steps} steps has ${steps - 1} of them`, {
    hint: '`terms: all`',
  })
}

function format({ bound, flow, reconstruction, rate }: LatentLikelihood, isDensity: boolean): string {
  const figure = ({ nats, bitsPerDim }: LikelihoodFigure): string =>
    `−log p ≤ ${estimateText(nats, 3)} nats${isDensity ? '' : `, ${estimateText(bitsPerDim, 4)} bits/dim`}`
  return table([
    ['codes by their bound', bound && figure(bound)],
    ['  reconstruction', `${estimateText(reconstruction, 3)} nats`],
    ['  codes', rate.bound && `${estimateText(rate.bound, 3)} nats`],
    ['codes by their flow', flow && figure(flow)],
    ['  codes', rate.flow && `${estimateText(rate.flow, 3)} nats`],
  ])
}
