/**
 * Variational autoencoders on MNIST, binarised anew at every step: the published network (784 → 200 → 200 → 50 and back, tanh). Less is
 * better; nats.
 *
 *     npx tsx bench/vae.ts [--data ../shared/data/mnist] [--minutes 4] [--draws 1,1,50] [--batch 100,100,20] [--alone] [--steps N]
 *         [--rate 1e-3] [--decay cosine] [--warmup-kl 0] [--free-bits 0] [--network mlp] [--widths 200,200] [--latent 50]
 *         [--law bernoulli] [--ema 0.999] [--eval-draws 50,500] [--items 1000] [--seed 0] [--json]
 *
 * A run for each number of draws, each of so many minutes. By default the first is of the evidence bound, and the others go on from its
 * weights: by the evidence bound again, and by the importance-weighted bound of 50 draws, so that the last two have had equal minutes.
 * With `--alone` every run begins anew.
 *
 * The first 8,000 digits are trained on, the last 1,000 held out. Every model is judged on the held-out digits by its evidence bound
 * and by the importance-weighted bounds, with one binarisation for all; and on the first 1,000 of its training digits, whose bound
 * tells whether it learned them by heart. Burda, Grosse & Salakhutdinov, Importance Weighted Autoencoders (2015), table 1.
 */
import { parseArgs } from 'node:util'
import { train } from '../src/app/train.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { defaultVaeSpec } from '../src/families/vae/defaults.ts'
import { classOf } from '../src/families/vae/classes.ts'
import { vaeLikelihood, type VaeLikelihood } from '../src/families/vae/likelihood.ts'
import type { VaeModel } from '../src/families/vae/model.ts'
import { openDataset } from '../src/files/data/node/index.ts'
import { select } from '../src/files/data/subset.ts'

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/mnist' },
    minutes: { type: 'string', default: '4' },
    draws: { type: 'string', default: '1,1,50' },
    alone: { type: 'boolean', default: false },
    steps: { type: 'string' },
    rate: { type: 'string', default: '1e-3' },
    decay: { type: 'string', default: 'cosine' },
    batch: { type: 'string', default: '100,100,20' },
    'warmup-kl': { type: 'string', default: '0' },
    'free-bits': { type: 'string', default: '0' },
    network: { type: 'string', default: 'mlp' },
    widths: { type: 'string' },
    latent: { type: 'string' },
    ema: { type: 'string', default: '0.999' },
    law: { type: 'string', default: 'bernoulli' },
    'eval-draws': { type: 'string', default: '50,500' },
    items: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
})
const list = (text: string | undefined): number[] | undefined => text?.split(',').map(Number)

const engine = await nodeEngine()
const all = await openDataset(flags.data)
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)
const training = select(all, range(0, Math.min(8000, all.length - 1000)))
const heldOut = select(all, range(all.length - 1000, all.length))
const flat = flags.network === 'mlp'

const rows: Record<string, unknown>[] = []
const batches = list(flags.batch)!
let begun: VaeModel | undefined
for (const [run, draws] of list(flags.draws)!.entries()) {
  const spec = defaultVaeSpec(training, {
    budget: flags.steps === undefined ? { minutes: Number(flags.minutes) } : { steps: Number(flags.steps) },
    seed: Number(flags.seed),
    batch: batches[run] ?? batches.at(-1)!,
    optimizer: { rate: Number(flags.rate), decay: flags.decay as 'cosine' | 'constant', ema: Number(flags.ema) },
    network: { className: classOf(flags.network) },
    widths: list(flags.widths) ?? (flat ? [200, 200] : undefined),
    latent: list(flags.latent)?.[0] ?? (flat ? 50 : undefined),
    law: { name: flags.law as 'bernoulli' },
    bound: {
      draws,
      warmup: draws > 1 ? 0 : Number(flags['warmup-kl']),
      freeBits: draws > 1 ? 0 : Number(flags['free-bits']),
    },
  })
  const begin = performance.now()
  let model: VaeModel | undefined
  let step = 0
  const start = begun && { weights: new Map([['vae', begun.layout.toMap(begun.weights)]]) }
  for await (const event of train({ spec, dataset: training, engine, start, logEvery: 500 })) {
    if (event.type === 'log' && !flags.json)
      console.error(`${event.line.step} steps: ${event.line.loss.toFixed(2)} nats`)
    if (event.type === 'log') step = event.line.step
    if (event.type === 'checkpoint') model = event.model
  }
  const minutes = (performance.now() - begin) / 60_000
  if (!flags.alone) begun ??= { ...model!, weights: model!.weights.slice() }
  const [first, ...others] = list(flags['eval-draws'])!
  const judge = (dataset: typeof heldOut, k: number): Promise<VaeLikelihood> =>
    vaeLikelihood(model!, dataset, { engine }, { count: Number(flags.items), draws: k, batch: 20, seed: 0 })
  const held = await judge(heldOut, first!)
  const more = await Promise.all(others.map((k) => judge(heldOut, k)))
  const seen = await judge(training, first!)
  rows.push({
    from: start ? 'the first run' : 'anew',
    trained: draws === 1 ? 'evidence bound' : `importance-weighted, ${draws} draws`,
    steps: model!.meta.training.steps ?? step,
    minutes,
    elbo: held.elbo.nats,
    ...Object.fromEntries([held, ...more].map(({ importance: { draws: k, nats } }) => [`bound${k}`, nats])),
    bitsPerDim: held.elbo.bitsPerDim,
    reconstruction: held.reconstruction.value,
    kl: held.kl.value,
    activeUnits: held.activeUnits,
    latents: held.latents,
    psnr: held.psnr?.value,
    trainingElbo: seen.elbo.nats,
    [`trainingBound${first}`]: seen.importance.nats,
  })
  if (!flags.json) console.log(rows.at(-1))
}
if (flags.json) console.log(JSON.stringify(rows, null, 2))
process.exit(0)
