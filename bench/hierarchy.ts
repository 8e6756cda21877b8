/**
 * Hierarchies of codes of MNIST digits, binarised anew at every step: codes inferred each from the one below it (plain) against codes
 * inferred from the top down with the data (ladder; skip-ladder: generated from all codes above), in equal minutes and with equal numbers of parameters. Less is better; nats.
 *
 *     npx tsx bench/hierarchy.ts [--data ../shared/data/mnist] [--minutes 8] [--threads T] [--seed 0] [--hierarchy plain,ladder,skip-ladder]
 *         [--latent-sizes 64,32,16,8,4] [--width 300] [--depth 2] [--batch 100] [--rate 1e-3] [--warmup-kl 0] [--free-bits 0]
 *         [--dropout 0] [--weight-decay 0.01] [--ema 0.999] [--validation 500] [--checks 8] [--draws 50] [--items 1000] [--json]
 *
 * The first 8,000 digits are for training, the last 1,000 held out. Of the 8,000, so many are left for validation: of the weights at
 * so many times, those whose bound is the best on them are judged. Widths are chosen so that all have as many
 * parameters as the ladder of `--width`. Both are trained by the plain bound, where the kind of encoder matters; a warm-up makes both
 * better, and nearly the same. Sønderby et al., Ladder Variational Autoencoders (2016), table 1.
 */
import { parseArgs } from 'node:util'
import { train } from '../src/app/train.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { hierarchicalMlp, hierarchyParameters } from '../src/engine/nn/index.ts'
import { defaultHvaeSpec } from '../src/families/hvae/defaults.ts'
import { hvaeLikelihood } from '../src/families/hvae/likelihood.ts'
import type { HvaeModel } from '../src/families/hvae/model.ts'
import { openDataset } from '../src/files/data/node/index.ts'
import { select } from '../src/files/data/subset.ts'

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/mnist' },
    minutes: { type: 'string', default: '8' },
    threads: { type: 'string' },
    seed: { type: 'string', default: '0' },
    hierarchy: { type: 'string', default: 'plain,ladder,skip-ladder' },
    'latent-sizes': { type: 'string', default: '64,32,16,8,4' },
    width: { type: 'string', default: '300' },
    depth: { type: 'string', default: '2' },
    act: { type: 'string', default: 'silu' },
    norm: { type: 'string', default: 'true' },
    batch: { type: 'string', default: '100' },
    rate: { type: 'string', default: '1e-3' },
    'warmup-kl': { type: 'string', default: '0' },
    'free-bits': { type: 'string', default: '0' },
    dropout: { type: 'string', default: '0' },
    'weight-decay': { type: 'string', default: '0.01' },
    ema: { type: 'string', default: '0.999' },
    validation: { type: 'string', default: '500' },
    checks: { type: 'string', default: '8' },
    draws: { type: 'string', default: '50' },
    items: { type: 'string', default: '1000' },
    json: { type: 'boolean', default: false },
  },
})
const number = (name: Exclude<keyof typeof flags, 'json'>): number => Number(flags[name])

const engine = await nodeEngine()
const where = { engine, ...(flags.threads !== undefined && { threads: number('threads') }) }
const all = await openDataset(flags.data)
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)
const most = Math.min(8000, all.length - 1000)
const left = number('validation')
const training = select(all, range(0, most - left))
const validation = select(all, range(most - left, most))
const heldOut = select(all, range(all.length - 1000, all.length))

const sizes = flags['latent-sizes'].split(',').map(Number)
const configOf = (kind: string, width: number) => ({
  input_shape: training.shape,
  latent_sizes: sizes,
  widths: sizes.map((_, level) => Math.max(16, Math.round(width / 2 ** (level / 2)))),
  ladder: kind !== 'plain',
  skip_connections: kind === 'skip-ladder',
  layers_per_level: number('depth'),
  act_fn: flags.act as 'silu',
  norm: flags.norm === 'true',
  dropout: number('dropout'),
})
const parametersOf = (kind: string, width: number): number =>
  hierarchyParameters(hierarchicalMlp(configOf(kind, width))).size
const wanted = parametersOf('ladder', number('width'))
const widthOf = (kind: string): number => {
  const widths = range(16, 4 * number('width'))
  return widths.reduce((best, each) =>
    Math.abs(parametersOf(kind, each) - wanted) < Math.abs(parametersOf(kind, best) - wanted) ? each : best,
  )
}

const judge = (model: HvaeModel, dataset: typeof training, draws: number, count: number) =>
  hvaeLikelihood(model, dataset, where, { count, draws, batch: 20, seed: 0 })

const rows: Record<string, unknown>[] = []
for (const kind of flags.hierarchy.split(',')) {
  const config = configOf(kind, kind === 'ladder' ? number('width') : widthOf(kind))
  const minutes = number('minutes')
  const spec = defaultHvaeSpec(training, {
    budget: { minutes },
    seed: number('seed'),
    batch: number('batch'),
    optimizer: { rate: number('rate'), ema: number('ema'), weightDecay: number('weight-decay') },
    config,
    law: { name: 'bernoulli' },
    bound: { warmup: number('warmup-kl'), freeBits: number('free-bits') },
  })
  let best: { readonly model: HvaeModel; readonly nats: number; readonly step: number } | undefined
  let step = 0
  let due = 1
  let spent = 0
  let last = performance.now()
  const consider = async (model: HvaeModel): Promise<void> => {
    const { elbo } = await judge(model, validation, 1, left)
    const nats = elbo.nats.value
    if (!flags.json) console.error(`${kind}: ${step} steps, ${nats.toFixed(2)} nats of validation`)
    if (best && best.nats <= nats) return
    best = { model: { ...model, weights: model.weights.slice() }, nats, step }
  }
  for await (const event of train({ spec, dataset: training, ...where, logEvery: 500, checkpointEvery: 250 })) {
    spent += performance.now() - last
    if (event.type === 'log') step = event.line.step
    if (event.type === 'checkpoint' && spent / 60_000 >= (due * minutes) / number('checks')) {
      due = Math.floor((spent / 60_000 / minutes) * number('checks')) + 1
      await consider(event.model as HvaeModel)
    }
    last = performance.now()
  }
  const model = best!.model
  const [held, seen] = [
    await judge(model, heldOut, number('draws'), number('items')),
    await judge(model, training, 1, number('items')),
  ]
  rows.push({
    hierarchy: kind,
    parameters: model.layout.size,
    widths: config.widths,
    minutes: spent / 60_000,
    bestStep: best!.step,
    elbo: held.elbo.nats,
    [`bound${flags.draws}`]: held.importance.nats,
    reconstruction: held.reconstruction.value,
    kl: held.kl.value,
    levels: held.byLevel,
    trainingElbo: seen.elbo.nats.value,
    validation: best!.nats,
  })
  if (!flags.json) console.log(rows.at(-1))
}
if (flags.json) console.log(JSON.stringify(rows, null, 2))
process.exit(0)
