/**
 * How likely data are under a trained model: the variational bound of 10, 25, 100 and all steps, with each variance of the
 * reverse step, and the probability flow. Images in bits per dimension, points in nats; less is better.
 *
 *     npx tsx bench/likelihood.ts MODEL DATA [--count 64] [--batch 16] [--seed 0] [--tolerance 1e-3] [--json]
 *
 * DATA are items that the model was not trained on. The last columns are what Analytic-DPM's variance gains over β̃ on the
 * same items and noise: in the whole bound, and in its Gaussian transitions alone, for which it is the best there is; the
 * decoder of bytes is no Gaussian, and may prefer another. `--json` prints { unit, items, bounds: [{ steps, variance,
 * value, standardError, parts }], margins: [{ steps, bound, transitions }], flow }.
 */
import { parseArgs } from 'node:util'
import { openDataset } from '../src/data/node/index.ts'
import { learnsVariance } from '../src/denoise/objectives/learned-variance.ts'
import { likelihoodOf } from '../src/eval/index.ts'
import { readModelFolder } from '../src/io/node/index.ts'
import type { Estimate } from '../src/likelihood/index.ts'
import { modelOf } from '../src/model/model.ts'
import { nodeEngine } from '../src/runtime/node.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '64' },
    batch: { type: 'string', default: '16' },
    seed: { type: 'string', default: '0' },
    tolerance: { type: 'string', default: '1e-3' },
    json: { type: 'boolean', default: false },
  },
})
const [folder, source] = positionals
if (folder === undefined || source === undefined) throw new Error('usage: bench/likelihood.ts MODEL DATA')

const model = modelOf(await readModelFolder(folder))
const dataset = await openDataset(source)
const engine = await nodeEngine()
const common = { count: Number(values.count), batch: Number(values.batch), seed: Number(values.seed) }
const unit = model.scale.kind === 'image' ? 'bitsPerDim' : 'nats'

const all = model.schedule.table?.steps ?? 1000
const grid = [...new Set([10, 25, 100, all].filter((steps) => steps <= all))]
const variances = learnsVariance(model.network)
  ? (['small', 'large', 'analytic', 'learned'] as const)
  : (['small', 'large', 'analytic'] as const)
const names = { small: 'β̃', large: 'β', analytic: 'analytic', learned: 'learned' }

interface Row extends Estimate {
  readonly steps: number
  readonly variance: (typeof variances)[number]
  /** In the table's unit, as the value is. */
  readonly parts: Readonly<Record<'prior' | 'transitions' | 'decoder', number>>
}
const bounds: Row[] = []
const margins: { readonly steps: number; readonly bound: number; readonly transitions: number }[] = []

const line = (cells: readonly string[]): void => {
  if (!values.json) console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(6) : cell.padStart(18))).join(''))
}
const text = ({ value, standardError }: Estimate): string => `${value.toFixed(3)} ± ${(standardError ?? 0).toFixed(3)}`

line(['steps', ...variances.map((name) => names[name]), 'β̃ − analytic', 'transitions'])
for (const steps of grid) {
  const row: Row[] = []
  for (const variance of variances) {
    const { bound, dimensions } = await likelihoodOf(model, dataset, engine, {
      ...common,
      bound: { variance, steps },
      flow: false,
    })
    const { prior, transitions, decoder } = bound!.parts
    const inUnit = (bits: number): number => (unit === 'nats' ? bits * dimensions * Math.LN2 : bits)
    const parts = { prior: inUnit(prior), transitions: inUnit(transitions), decoder: inUnit(decoder) }
    row.push({ steps, variance, ...bound![unit], parts })
  }
  const of = (wanted: Row['variance']): Row => row.find(({ variance }) => variance === wanted)!
  const [small, analytic] = [of('small'), of('analytic')]
  const margin = {
    bound: small.value - analytic.value,
    transitions: small.parts.transitions - analytic.parts.transitions,
  }
  bounds.push(...row)
  margins.push({ steps, ...margin })
  line([`${steps}`, ...row.map(text), margin.bound.toFixed(3), margin.transitions.toFixed(3)])
}

const tolerance = Number(values.tolerance)
const solver = { name: 'rk45', relative: tolerance, absolute: tolerance } as const
const { flow, items } = await likelihoodOf(model, dataset, engine, { ...common, bound: false, flow: { solver } })
const figure = flow!
if (values.json) {
  const { evaluations } = figure
  console.log(JSON.stringify({ unit, items, bounds, margins, flow: { ...figure[unit], evaluations } }, null, 2))
} else {
  console.log(`\nprobability flow: ${text(figure[unit])}, ${figure.evaluations} evaluations`)
  console.log(`${unit === 'nats' ? 'nats' : 'bits per dimension'}, ${items} items of ${dataset.name}`)
}
process.exit(0)
