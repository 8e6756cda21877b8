/**
 * Priors of an autoencoder's codes on MNIST, binarised anew at every step, after equal minutes: N(0, I) with the autoencoder trained
 * further, a diffusion of codes that stay, and both trained together. Less is better; nats.
 *
 *     npx tsx bench/joint.ts [--data ../shared/data/mnist] [--first 4] [--minutes 4] [--steps N] [--batch 100] [--latent 50]
 *         [--widths 200,200] [--prior 256] [--depth 3] [--rate 1e-3] [--items 1000] [--threads N] [--seed 0] [--json]
 *
 * First an autoencoder is trained for `--first` minutes (784 → 200 → 200 → 50 and back, tanh). Each of the three goes on from it for
 * `--minutes`. The first 8,000 digits are trained on, the last 1,000 held out; all are judged on the held-out digits with one
 * binarisation: the evidence bound for N(0, I), for diffusions by the exact cost of one code of each item along the probability flow.
 * Vahdat, Kreis & Kautz, Score-based Generative Modeling in Latent Space (2021).
 */
import { parseArgs } from 'node:util'
import { train } from '../src/app/train.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { autoencoderSum } from '../src/families/latent/autoencoder-sum.ts'
import { latentData } from '../src/families/latent/data.ts'
import { encodedViews, viewsOf } from '../src/families/latent/encode-data.ts'
import { latentLikelihood } from '../src/families/latent/likelihood.ts'
import { jointIn } from '../src/families/latent/meta.ts'
import type { LatentModel } from '../src/families/latent/model.ts'
import { specOf } from '../src/families/latent/spec-of.ts'
import { defaultVaeSpec } from '../src/families/vae/defaults.ts'
import { vaeLikelihood } from '../src/families/vae/likelihood.ts'
import type { VaeModel } from '../src/families/vae/model.ts'
import { openDataset } from '../src/files/data/node/index.ts'
import { select } from '../src/files/data/subset.ts'

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/mnist' },
    first: { type: 'string', default: '4' },
    minutes: { type: 'string', default: '4' },
    steps: { type: 'string' },
    batch: { type: 'string', default: '100' },
    latent: { type: 'string', default: '50' },
    widths: { type: 'string', default: '200,200' },
    prior: { type: 'string', default: '256' },
    depth: { type: 'string', default: '3' },
    rate: { type: 'string', default: '1e-3' },
    items: { type: 'string', default: '1000' },
    threads: { type: 'string' },
    seed: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
})
const engine = await nodeEngine()
const threads = flags.threads === undefined ? {} : { threads: Number(flags.threads) }
const all = await openDataset(flags.data)
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)
const training = select(all, range(0, Math.min(8000, all.length - 1000)))
const heldOut = select(all, range(all.length - 1000, all.length))
const count = Number(flags.items)
const [seed, batch, rate] = [Number(flags.seed), Number(flags.batch), Number(flags.rate)]
const budgetOf = (minutes: string) =>
  flags.steps === undefined ? { minutes: Number(minutes) } : { steps: Number(flags.steps) }

const rows: Record<string, unknown>[] = []
const report = (row: Record<string, unknown>): void => {
  rows.push(row)
  if (!flags.json) console.log(row)
}

/** Trains to the end, and says how many steps that took. */
async function trained<Model>(task: object): Promise<{ model: Model; steps: number; minutes: number }> {
  const begin = performance.now()
  let [model, steps] = [undefined as Model | undefined, 0]
  for await (const event of train({ ...task, engine, logEvery: 500, ...threads } as never)) {
    if (event.type === 'step') steps = event.step
    if (event.type === 'checkpoint') model = event.model as Model
  }
  return { model: model!, steps, minutes: (performance.now() - begin) / 60_000 }
}

const vaeSpec = (minutes: string) =>
  defaultVaeSpec(training, {
    budget: budgetOf(minutes),
    seed,
    batch,
    optimizer: { rate },
    network: { className: 'MLPAutoencoder' },
    widths: flags.widths.split(',').map(Number),
    latent: Number(flags.latent),
    law: { name: 'bernoulli' },
  })
async function judged(name: string, model: VaeModel, facts: object): Promise<void> {
  const held = await vaeLikelihood(model, heldOut, { engine }, { count, draws: 50, batch: 20, seed: 0 })
  const { elbo, importance, reconstruction, kl } = held
  report({
    name,
    ...facts,
    bound: elbo.nats,
    importance50: importance.nats,
    reconstruction: reconstruction.value,
    rate: kl.value,
  })
}

const first = await trained<VaeModel>({ spec: vaeSpec(flags.first), dataset: training })
const begun = { ...first.model, weights: first.model.weights.slice() }
await judged('N(0, I), the beginning', begun, { steps: first.steps, minutes: first.minutes })

const start = { weights: new Map([['vae', begun.layout.toMap(begun.weights)]]) }
const further = await trained<VaeModel>({ spec: vaeSpec(flags.minutes), dataset: training, start })
await judged('N(0, I), trained further', further.model, { steps: further.steps, minutes: further.minutes })

const source = { autoencoder: begun, path: undefined, sum: autoencoderSum(begun) }
const store = { read: async () => undefined, write: async () => undefined }
const laws = await encodedViews(source, training, viewsOf(begun, false), { engine, store })
const data = latentData(source, { of: training, laws })
for (const joint of [undefined, true]) {
  const options = { latents: 'the autoencoder', joint, unconditional: true, seed, batch, rate }
  const size = { widths: [Number(flags.prior)], depth: Number(flags.depth) }
  const { labels: _, classNames: __, ...unlabelled } = data
  const budget = budgetOf(flags.minutes)
  const spec = { ...(await specOf(unlabelled, { ...options, ...size, ...budget }, {})), budget }
  const { model, steps, minutes } = await trained<LatentModel>({ spec, dataset: unlabelled })
  const held = await latentLikelihood(model, heldOut, { engine }, {
    count,
    batch: 50,
    seed: 0,
    training,
    flow: { solver: { name: 'rk45', relative: 1e-3, absolute: 1e-3 } },
  } as never)
  report({
    name: joint ? 'diffusion, trained together' : 'diffusion, codes that stay',
    steps,
    minutes,
    bound: held.flow?.nats,
    reconstruction: held.reconstruction.value,
    rate: held.rate.flow?.value,
    mixture: jointIn(model.meta)?.mixture?.map((each) => Number(each.toFixed(2))),
  })
}
if (flags.json) console.log(JSON.stringify(rows, null, 2))
process.exit(0)
