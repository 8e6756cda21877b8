/**
 * What a learned law of codes is worth: an autoencoder of MNIST, binarised anew at every step, under N(0, I), and the same
 * autoencoder with a prior that was learned afterwards. Less is better; nats, of −log p by the evidence bound.
 *
 *     npx tsx bench/prior.ts [--data ../shared/data/mnist] [--minutes 4] [--prior diffusion,flow] [--prior-minutes 4] [--batch 100]
 *                            [--latent 50] [--kl-weight 1] [--draws 16] [--items 1000] [--threads 2] [--seed 0] [--json]
 *
 * The first 8,000 digits are trained on, the last 1,000 held out. The autoencoder is that of `bench/vae.ts` (784 → 200 → 200 → 50 and
 * back, tanh). The priors learn draws from the laws of the training digits' codes: a flow of splines, whose density is exact, on
 * `--draws` of each digit; and a diffusion, on new draws in every step, judged by its bound and by its probability flow. All are
 * judged on the same draws of the codes of the same binarised digits. With `--kl-weight` below 1 codes say more than N(0, I) makes
 * cheap, which only a learned prior gets back: compare what it then reaches with N(0, I) at weight 1.
 */
import { parseArgs } from 'node:util'
import { train } from '../src/app/train.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { estimate } from '../src/diffusion/likelihood/units.ts'
import { frameOf } from '../src/files/data/frame.ts'
import { type ArrayDataset, createDataset } from '../src/files/data/dataset.ts'
import { openDataset } from '../src/files/data/node/index.ts'
import { select } from '../src/files/data/subset.ts'
import type { FamilyModel, SpecFor } from '../src/families/family.ts'
import { defaultFlowSpec } from '../src/families/flow/defaults.ts'
import { flowLikelihood } from '../src/families/flow/likelihood.ts'
import type { FlowModel } from '../src/families/flow/model.ts'
import { autoencoderSum } from '../src/families/latent/autoencoder-sum.ts'
import { latentData } from '../src/families/latent/data.ts'
import { drawnCodes } from '../src/families/latent/drawn-codes.ts'
import { encodedViews, viewsOf } from '../src/families/latent/encode-data.ts'
import { latentLikelihood } from '../src/families/latent/likelihood.ts'
import type { LatentModel } from '../src/families/latent/model.ts'
import { specOf } from '../src/families/latent/spec-of.ts'
import { defaultVaeSpec } from '../src/families/vae/defaults.ts'
import { vaeLikelihood } from '../src/families/vae/likelihood.ts'
import { memoryStore } from '../src/tools/eval/store.ts'

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/mnist' },
    minutes: { type: 'string', default: '4' },
    prior: { type: 'string', default: 'diffusion,flow' },
    'prior-minutes': { type: 'string', default: '4' },
    batch: { type: 'string', default: '100' },
    latent: { type: 'string', default: '50' },
    'kl-weight': { type: 'string', default: '1' },
    draws: { type: 'string', default: '16' },
    items: { type: 'string', default: '1000' },
    threads: { type: 'string', default: '2' },
    seed: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
})
const threads = Number(flags.threads)
const seed = Number(flags.seed)
const count = Number(flags.items)
const say = (text: string): void => (flags.json ? undefined : console.error(text))
const engine = await nodeEngine()
const setting = { engine, threads }
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)

const all = await openDataset(flags.data)
const training = select(all, range(0, Math.min(8000, all.length - 1000)))
const heldOut = select(all, range(all.length - 1000, all.length))

async function trained<Model extends FamilyModel>(
  what: string,
  spec: SpecFor<Model>,
  dataset: ArrayDataset,
): Promise<Model> {
  let model: Model | undefined
  for await (const event of train({ spec, dataset, engine, threads, logEvery: 500 })) {
    if (event.type === 'log') say(`${what}, ${event.line.step} steps: ${event.line.loss.toFixed(4)}`)
    if (event.type === 'checkpoint') model = event.model
  }
  return model!
}

const rows: Record<string, unknown>[] = []
const row = (facts: Record<string, unknown>): void => {
  rows.push(facts)
  if (!flags.json) console.log(facts)
}

const { weights, ...rest } = await trained(
  'autoencoder',
  defaultVaeSpec(training, {
    budget: { minutes: Number(flags.minutes) },
    seed,
    batch: Number(flags.batch),
    optimizer: { rate: 1e-3, decay: 'cosine', ema: 0.999 },
    network: { className: 'MLPAutoencoder' },
    widths: [200, 200],
    latent: Number(flags.latent),
    law: { name: 'bernoulli' },
    bound: { klWeight: Number(flags['kl-weight']) },
  }),
  training,
)
const vae = { ...rest, weights: weights.slice() }
const { elbo, kl, reconstruction } = await vaeLikelihood(vae, heldOut, setting, { count, draws: 1, batch: 20, seed: 0 })
row({ prior: 'N(0, I)', nats: elbo.nats, rate: kl, reconstruction })

const source = { autoencoder: vae, path: undefined, sum: autoencoderSum(vae) }
const laws = await encodedViews(source, training, viewsOf(vae, false), { ...setting, store: memoryStore() })
const codes = latentData(source, { of: training, laws })
const codesOf = { autoencoder: vae, frame: frameOf(codes.shape), affine: codes.affine! }
const budget = { minutes: Number(flags['prior-minutes']) }

if (flags.prior.includes('flow')) {
  const dimensions = codes.shape[0]!
  const draws = Number(flags.draws)
  const indices = Int32Array.from(range(0, training.length))
  const drawn = new Float32Array(draws * training.length * dimensions)
  for (let draw = 0; draw < draws; draw++) {
    const some = { ...setting, indices, seed: draw + 1, batch: 100 }
    drawn.set((await drawnCodes(codesOf, training, some)).seen, draw * training.length * dimensions)
  }
  const points = (data: Float32Array): ArrayDataset =>
    createDataset({ name: 'codes', kind: 'points', shape: [dimensions], data, affine: { shift: [0], scale: [1] } })
  const dataset = points(drawn)
  const flow = await trained<FlowModel>(
    'flow',
    defaultFlowSpec(dataset, { budget, seed, batch: 256, widths: [64], shades: null }),
    dataset,
  )
  const held = await drawnCodes(codesOf, heldOut, {
    ...setting,
    indices: Int32Array.from(range(0, Math.min(count, heldOut.length))),
    seed: 0,
    batch: 20,
  })
  const cost = await flowLikelihood(flow, points(held.seen), engine, { count, threads })
  const log = estimate(held.density)
  const far = estimate(held.reconstruction)
  row({
    prior: 'flow',
    nats: { value: far.value + log.value + cost.nats.value },
    rate: { value: log.value + cost.nats.value },
    reconstruction: far,
    better: elbo.nats.value - (far.value + log.value + cost.nats.value),
  })
}

if (flags.prior.includes('diffusion')) {
  const options = { ...budget, seed, batch: 256, noise: 'cosine', weighting: 'likelihood', widths: [512] }
  const model = await trained<LatentModel>('diffusion', await specOf(codes, options, {}), codes)
  const report = await latentLikelihood(model, heldOut, setting, {
    count: Math.min(count, 200),
    batch: 100,
    seed: 0,
    training,
    bound: { steps: 1000, terms: 200 },
    flow: { solver: { name: 'rk45', relative: 1e-3, absolute: 1e-3 } },
  })
  const first = await vaeLikelihood(vae, heldOut, setting, { count: report.items, draws: 1, batch: 20, seed: 0 })
  row({
    prior: 'diffusion',
    ...report,
    ofNormal: first.elbo.nats,
    better: first.elbo.nats.value - (report.flow?.nats.value ?? Number.NaN),
  })
}

if (flags.json) console.log(JSON.stringify(rows, null, 2))
process.exit(0)
