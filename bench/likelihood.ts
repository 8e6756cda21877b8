/**
 * The variational bound of a trained model by number of steps and variance of the reverse step, and the likelihood of its
 * probability flow. Less is better.
 *
 *     npx tsx bench/likelihood.ts MODEL DATA [--training DATA] [--values 256] [--count 64] [--batch 16] [--terms 100]
 *         [--measure 256] [--seed 0] [--tolerance 1e-3] [--json]
 *
 * DATA are items that the model was not trained on; all variances are measured on the data of its training. The decoder L₀
 * is the same for every row of a number of steps: a Gaussian whose width was fitted, so that rows differ by their
 * transitions alone. The last columns have L₀ fitted, and as each variance would have it by itself. `--values 17` is for
 * images of 17 shades. `--json` prints { unit, items, bounds: [{ steps, variance, value, standardError, parts,
 * ownDecoder }], margins: [{ steps, bound, ownDecoder }], flow }.
 */
import { parseArgs } from 'node:util'
import { openDataset } from '../src/files/data/node/index.ts'
import { learnsVariance } from '../src/diffusion/denoise/objectives/learned-variance.ts'
import { likelihoodOf } from '../src/eval.ts'
import { readJson } from '../src/files/io/node/files.ts'
import { readModelFolder } from '../src/files/io/node/index.ts'
import type { Estimate } from '../src/diffusion/likelihood/index.ts'
import { modelOf } from '../src/families/values/model-of.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { type RunRecord, runPaths } from '../src/tools/train/node/run-folder.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    training: { type: 'string' },
    values: { type: 'string', default: '256' },
    count: { type: 'string', default: '64' },
    batch: { type: 'string', default: '16' },
    terms: { type: 'string', default: '100' },
    measure: { type: 'string', default: '256' },
    seed: { type: 'string', default: '0' },
    tolerance: { type: 'string', default: '1e-3' },
    json: { type: 'boolean', default: false },
  },
})
const [folder, source] = positionals
if (folder === undefined || source === undefined) throw new Error('usage: bench/likelihood.ts MODEL DATA')

const model = modelOf(await readModelFolder(folder))
const dataset = await openDataset(source)
const trained = values.training ?? ((await readJson(runPaths(folder).record, 'model')) as RunRecord).data.path
const engine = await nodeEngine()
const common = {
  count: Number(values.count),
  batch: Number(values.batch),
  seed: Number(values.seed),
  values: Number(values.values),
  training: await openDataset(trained),
}
const settings = { terms: Number(values.terms), measureOn: Number(values.measure) }
const unit = model.scale.kind === 'image' ? 'bitsPerDim' : 'nats'

const all = model.schedule.table?.steps ?? 1000
const grid = [...new Set([10, 25, 50, 100, 250, all].filter((steps) => steps <= all))]
const variances = learnsVariance(model.network)
  ? (['small', 'large', 'analytic', 'learned'] as const)
  : (['small', 'large', 'analytic'] as const)
const names = { small: 'β̃', large: 'β', analytic: 'analytic', learned: 'learned' }

interface Row extends Estimate {
  readonly steps: number
  readonly variance: (typeof variances)[number]
  /** In the table's unit, as the value is. */
  readonly parts: Readonly<Record<'prior' | 'transitions' | 'decoder', number>>
  /** L₀ with what the variance says of the first step. */
  readonly ownDecoder: number
}
const bounds: Row[] = []
const margins: { readonly steps: number; readonly bound: number; readonly ownDecoder: number }[] = []

const line = (cells: readonly string[], width = 16): void => {
  if (!values.json) console.log(cells.map((cell, i) => (i === 0 ? cell.padEnd(6) : cell.padStart(width))).join(''))
}
const text = ({ value, standardError }: Estimate): string => `${value.toFixed(3)} ± ${(standardError ?? 0).toFixed(3)}`

line([
  'steps',
  ...variances.map((name) => names[name]),
  'β̃ − analytic',
  'L_T',
  'L₀ fitted',
  ...variances.map((name) => `L₀ of ${names[name]}`),
])
for (const steps of grid) {
  const row: Row[] = []
  for (const variance of variances) {
    const inUnit = (bits: number): number =>
      unit === 'nats' ? bits * model.frame.item.reduce((a, b) => a * b) * Math.LN2 : bits
    const partsOf = async (bound: object) => {
      const report = await likelihoodOf(model, dataset, engine, {
        ...common,
        bound: { ...settings, variance, steps, ...bound },
        flow: false,
      })
      const { prior, transitions, decoder } = report.bound!.parts
      return {
        figure: report.bound![unit],
        parts: { prior: inUnit(prior), transitions: inUnit(transitions), decoder: inUnit(decoder) },
      }
    }
    const { figure, parts } = await partsOf({})
    const own = await partsOf({ decoder: 'step', terms: 1 })
    row.push({ steps, variance, ...figure, parts, ownDecoder: own.parts.decoder })
  }
  const of = (wanted: Row['variance']): Row => row.find(({ variance }) => variance === wanted)!
  const [small, analytic] = [of('small'), of('analytic')]
  const bound = small.value - analytic.value
  bounds.push(...row)
  margins.push({ steps, bound, ownDecoder: bound + small.ownDecoder - analytic.ownDecoder })
  line([
    `${steps}`,
    ...row.map(text),
    bound.toFixed(3),
    ...[small.parts.prior, small.parts.decoder, ...row.map(({ ownDecoder }) => ownDecoder)].map((x) => x.toFixed(3)),
  ])
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
