/**
 * A quantiser and a discrete diffusion of its tokens: how well images are given back, what a map of tokens costs beside a uniform law, and
 * whether pictures that are drawn are recognised as their class.
 *
 *     npx tsx bench/vq-diffusion.ts [--data ../shared/data/mnist] [--minutes 5] [--prior-minutes 10] [--codes 128] [--widths 16,32,64]
 *                                   [--prior-widths 32,64] [--temperatures 1,0.8] [--guidance 0,1] [--count 500] [--items 200]
 *                                   [--threads 2] [--seed 0] [--json]
 *
 * The last tenth of the data, 1,000 items at most, is held back: reconstructions and bits are of those, and distances are to both parts.
 * Samples are drawn in 256 steps.
 */
import { parseArgs } from 'node:util'
import { fit } from '../src/app/fit.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import type { ArrayDataset } from '../src/files/data/dataset.ts'
import { openDataset } from '../src/files/data/node/index.ts'
import { select } from '../src/files/data/subset.ts'
import type { Setting } from '../src/families/family.ts'
import { reconstruct } from '../src/families/vq/judge.ts'
import type { VqModel } from '../src/families/vq/model.ts'
import { judgeLikelihood } from '../src/families/vq-diffusion/judge-likelihood.ts'
import { judgeSamples } from '../src/families/vq-diffusion/judge-samples.ts'
import type { VqDiffusionModel } from '../src/families/vq-diffusion/model.ts'
import type { EvalReport } from '../src/tools/eval/report.ts'
import { memoryStore } from '../src/tools/eval/store.ts'

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/mnist' },
    minutes: { type: 'string', default: '5' },
    'prior-minutes': { type: 'string', default: '10' },
    codes: { type: 'string', default: '128' },
    widths: { type: 'string' },
    'prior-widths': { type: 'string' },
    temperatures: { type: 'string', default: '1,0.8' },
    guidance: { type: 'string', default: '0,1' },
    count: { type: 'string', default: '500' },
    items: { type: 'string', default: '200' },
    threads: { type: 'string', default: '2' },
    seed: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
})
const [codes, count, items, threads, seed] = (['codes', 'count', 'items', 'threads', 'seed'] as const).map((name) =>
  Number(flags[name]),
) as [number, number, number, number, number]
const list = (text: string): number[] => text.split(',').map(Number)
const widthsOf = (text: string | undefined) => text !== undefined && { widths: list(text) }
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)
const engine = await nodeEngine()
const rows: unknown[] = []
const row = (facts: Record<string, unknown>): void => {
  rows.push(facts)
  if (!flags.json) console.log(facts)
}

const all = (await openDataset(flags.data)) as ArrayDataset
const held = Math.min(1000, Math.floor(all.length / 10))
const training = select(all, range(0, all.length - held))
const heldOut = select(all, range(all.length - held, all.length))

/** Trains for so many minutes, and counts the steps. */
async function trained<Model extends VqModel | VqDiffusionModel>(options: Record<string, unknown>): Promise<Model> {
  const model = await fit<Model>(training, { ...options, seed, threads, engine })
  const { steps, minutes, loss } = model.meta.training
  row({ model: model.family, steps, minutes, loss })
  return model
}

const quantiser = await trained<VqModel>({
  model: 'vq',
  codes,
  minutes: Number(flags.minutes),
  ...widthsOf(flags.widths),
})
row({ reconstruction: await reconstruct(quantiser, heldOut, { engine, threads }, { count: heldOut.length }) })
const model = await trained<VqDiffusionModel>({
  model: 'vq-diffusion',
  latents: quantiser,
  minutes: Number(flags['prior-minutes']),
  ...widthsOf(flags['prior-widths']),
})

const setting = {
  engine,
  threads,
  own: {},
  provenance: {},
  store: memoryStore(),
  access: { data: async () => ({ train: training, heldOut }) },
} as unknown as Setting
const { facts: bits } = await judgeLikelihood(model, { likelihood: true, likelihoodItems: items, seed }, setting)
row({ bits })
for (const temperature of list(flags.temperatures)) {
  for (const guidance of training.labels ? list(flags.guidance) : [0]) {
    const begin = performance.now()
    const { facts } = await judgeSamples(model, { count, seed, temperature, guidance }, setting)
    const { recognition, comparisons } = facts as unknown as EvalReport
    row({
      temperature,
      guidance,
      recognised: recognition?.rate,
      frechet: Object.fromEntries(
        comparisons.map((each) => [each.part, each.kind === 'features' ? each.frechet : undefined]),
      ),
      seconds: (performance.now() - begin) / 1000,
    })
  }
}
if (flags.json) console.log(JSON.stringify(rows))
process.exit(0)
