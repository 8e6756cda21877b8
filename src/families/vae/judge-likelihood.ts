/** Judges an autoencoder by how likely data are under it. */
import type { Estimate } from '../../diffusion/likelihood/index.ts'
import type { ValuesOf } from '../../options.ts'
import { table } from '../../words.ts'
import type { Judgement, Setting } from '../family.ts'
import { judgeData } from '../judge-values-data.ts'
import type { judgeOptions } from '../options.ts'
import { reportedLaw } from './law-of.ts'
import { vaeLikelihood, type VaeLikelihood } from './likelihood.ts'
import type { VaeModel } from './model.ts'
import type { evalOptions } from './options/eval.ts'

/** The options of an evaluation. */
export type JudgeOptions = ValuesOf<typeof judgeOptions & typeof evalOptions>

/** The default numbers of items, of draws, and of items at a time. */
const usual = { items: 500, draws: 50, batch: 16 }

/** Works out how likely data are. */
export async function judgeLikelihood(model: VaeModel, options: JudgeOptions, setting: Setting): Promise<Judgement> {
  const { likelihoodItems: count = usual.items, importanceSamples: draws = usual.draws } = options
  const { seed = 0, batch = usual.batch } = options
  const { training, heldOut } = await judgeData(setting.access, options)
  const dataset = heldOut ?? training
  const report = await vaeLikelihood(model, dataset, setting, {
    count,
    draws,
    batch,
    seed,
    signal: setting.signal,
    onProgress: (done) => setting.onProgress?.({ phase: 'likelihood', done, total: 1 }),
  })
  const part = heldOut ? 'held-out' : 'training'
  const law = reportedLaw(model.law, model.scale)
  const isDensity = law.name === 'gaussian'
  const items = `${report.items} ${part} items of ${dataset.name}, ${report.dimensions} dimensions`
  return {
    facts: { data: dataset.name, part, ...report, law, seed, unit: isDensity ? 'nats' : 'bits/dim' },
    text: `${format(report, isDensity)}\n\n${items}`,
    remarks: [
      ...(heldOut ? [] : ['warning: these are the data that the model was trained on; `heldOut` names others']),
      ...(law.name === model.law.name
        ? []
        : [
            'the Gaussian was fitted to bytes: what counts is its mass in the bin of each byte, at the same mean and width',
          ]),
      ...(model.law.name === 'bernoulli'
        ? ['pixels are black or white by chance, in proportion to their brightness']
        : []),
    ],
    howText: `seed ${seed}, ${draws} draws of each code`,
  }
}

function format(report: VaeLikelihood, isDensity: boolean): string {
  const { elbo, importance, reconstruction, kl, klByLatent, latents, activeUnits, psnr } = report
  const figure = ({ nats, bitsPerDim }: VaeLikelihood['elbo']): string =>
    `−log p ≤ ${text(nats, 3)} nats${isDensity ? '' : `, ${text(bitsPerDim, 4)} bits/dim`}`
  const falling = klByLatent.toSorted((a, b) => b - a)
  const shown = falling.slice(0, 8).map((each) => each.toFixed(2))
  return table([
    ['evidence bound', figure(elbo)],
    ['  reconstruction', `${text(reconstruction, 3)} nats`],
    ['  divergence', `${text(kl, 3)} nats`],
    [`importance-weighted, ${importance.draws} draws`, figure(importance)],
    [
      'divergence by latent',
      `${shown.join(', ')}${falling.length > shown.length ? ', …' : ''} nats, the largest first`,
    ],
    ['active units', `${activeUnits} of ${latents}`],
    ['reconstructions', psnr && `PSNR ${text(psnr, 2)} dB`],
  ])
}

function text({ value, standardError }: Estimate, digits: number): string {
  return standardError === undefined
    ? value.toFixed(digits)
    : `${value.toFixed(digits)} ± ${standardError.toFixed(digits)}`
}
