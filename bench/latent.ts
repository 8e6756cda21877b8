/**
 * Latent diffusion against diffusion of pixels, on RGB images of 64 × 64: equal minutes in all, the autoencoder's and those of encoding
 * included. The Fréchet distance of samples by the same features, and the time of a sample.
 *
 *     npx tsx bench/latent.ts [--data shapes] [--minutes 20] [--share 0.4] [--widths 32,64,64] [--latent 4] [--prior-widths 48,96]
 *                             [--pixel-widths 64,128] [--items 4000] [--count 500] [--batch 32] [--sigma 0.1] [--steps 20]
 *                             [--threads 2] [--seed 0] [--only latent] [--json]
 *
 * `--data` is `shapes`, drawn at this size, or a folder of photographs, of which patches of the left four fifths are learned and those
 * of the right fifth are held back. `--share` is the autoencoder's part of the minutes. `--only` leaves one of both out.
 */
import { parseArgs } from 'node:util'
import { train } from '../src/app/train.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { fold, key } from '../src/engine/random/index.ts'
import { shapesDataset } from '../src/files/data/builtin/shapes.ts'
import { type ArrayDataset, classCount } from '../src/files/data/dataset.ts'
import { openDataset } from '../src/files/data/node/index.ts'
import type { FamilyModel, Setting, SpecFor } from '../src/families/family.ts'
import { autoencoderSum } from '../src/families/latent/autoencoder-sum.ts'
import { latentData } from '../src/families/latent/data.ts'
import { encodedViews, viewsOf } from '../src/families/latent/encode-data.ts'
import { drawSamples } from '../src/families/latent/generate.ts'
import type { LatentModel } from '../src/families/latent/model.ts'
import { specOf } from '../src/families/latent/spec-of.ts'
import { defaultVaeSpec } from '../src/families/vae/defaults.ts'
import { defaultSpec } from '../src/families/values/defaults.ts'
import { drawSamples as drawPixels } from '../src/families/values/draw-for-eval.ts'
import { evaluateSamples } from '../src/tools/eval/evaluate-samples.ts'
import { memoryStore } from '../src/tools/eval/store.ts'

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: 'shapes' },
    minutes: { type: 'string', default: '20' },
    share: { type: 'string', default: '0.4' },
    widths: { type: 'string', default: '32,64,64' },
    latent: { type: 'string', default: '4' },
    'prior-widths': { type: 'string', default: '48,96' },
    'pixel-widths': { type: 'string', default: '64,128' },
    items: { type: 'string', default: '4000' },
    count: { type: 'string', default: '500' },
    batch: { type: 'string', default: '32' },
    sigma: { type: 'string', default: '0.1' },
    steps: { type: 'string', default: '20' },
    threads: { type: 'string', default: '2' },
    seed: { type: 'string', default: '0' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const [minutes, share, count, batch, steps, threads, seed, items] = (
  ['minutes', 'share', 'count', 'batch', 'steps', 'threads', 'seed', 'items'] as const
).map((name) => Number(flags[name])) as [number, number, number, number, number, number, number, number]
const list = (text: string): number[] => text.split(',').map(Number)
const say = (text: string): void => (flags.json ? undefined : console.error(text))

const engine = await nodeEngine()
const store = memoryStore()
const setting = { engine, threads, store, own: {}, access: undefined, provenance: {} } as unknown as Setting

/** The images that are learned, and others. */
async function open(): Promise<readonly [ArrayDataset, ArrayDataset]> {
  if (flags.data === 'shapes') {
    return [
      shapesDataset(items, fold(key('bench'), 'shapes'), 64),
      shapesDataset(1000, fold(key('bench, held back'), 'shapes'), 64),
    ]
  }
  const opened = (split: 'train' | 'test', stride: number) =>
    openDataset(flags.data, { crop: 64, stride, split }) as Promise<ArrayDataset>
  return [await opened('train', 8), await opened('test', 16)]
}

const [data, heldOut] = await open()
say(`${data.name}: ${data.length} images, ${heldOut.length} held back`)

/** Trains for so many minutes. */
async function trained<Model extends FamilyModel>(what: string, spec: SpecFor<Model>, dataset: ArrayDataset) {
  let model: Model | undefined
  let [step, loss] = [0, Number.NaN]
  for await (const event of train({ spec, dataset, engine, threads })) {
    if (event.type === 'log') ({ step, loss } = event.line)
    if (event.type === 'checkpoint') model = event.model
  }
  say(`${what}: ${step} steps, loss ${loss.toFixed(4)}`)
  return { model: model!, steps: step, loss }
}

/** How far samples are from the data, and how long one takes: the second drawing is timed, in a process that has drawn before. */
async function judged(what: string, draw: (count: number, seed: number) => Promise<ArrayDataset>) {
  await draw(batch, 1)
  const begin = performance.now()
  await draw(2 * batch, 2)
  const msPerSample = (performance.now() - begin) / (2 * batch)
  const report = await evaluateSamples(await draw(count, seed), data, engine, { heldOut, store, threads })
  const distances = report.comparisons.map((each) => [each.part, each.kind === 'features' ? each.frechet : undefined])
  const result = {
    msPerSample,
    frechet: Object.fromEntries(distances),
    recognised: report.recognition?.rate,
    features: report.features,
  }
  say(`${what}: ${JSON.stringify(result)}`)
  return result
}

async function ofPixels() {
  const spec = defaultSpec(
    { ...data, classes: classCount(data) },
    { budget: { minutes }, seed, batch, unet: { widths: list(flags['pixel-widths']) } },
  )
  const { model, ...run } = await trained('pixels', spec, data)
  const times = model.sampling.times(steps)
  return {
    ...run,
    minutes,
    parameters: model.layout.size,
    ...(await judged('pixels', (count, seed) =>
      drawPixels(model, data, engine, { count, seed, times, threads, batch }),
    )),
  }
}

async function ofCodes() {
  const begin = performance.now()
  const first = defaultVaeSpec(data, {
    budget: { minutes: share * minutes },
    seed,
    batch: 16,
    network: { className: 'AutoencoderKL' },
    widths: list(flags.widths),
    latent: Number(flags.latent),
    optimizer: { rate: 0.002 },
    law: { sigma: Number(flags.sigma) },
  })
  const { model: vae, ...autoencoder } = await trained('autoencoder', first, data)
  const kept = { ...vae, weights: vae.weights.slice() }
  const source = { autoencoder: kept, path: undefined, sum: autoencoderSum(kept) }
  const laws = await encodedViews(source, data, viewsOf(kept, false), { engine, threads, store: memoryStore() })
  const codes = latentData(source, { of: data, laws })
  const used = (performance.now() - begin) / 60_000
  const spec = specOf(
    codes,
    { minutes: Math.max(0.05, minutes - used), seed, batch, widths: list(flags['prior-widths']) },
    {},
  )
  const { model, ...run } = await trained<LatentModel>('codes', spec, codes)
  const times = model.prior.sampling.times(steps)
  const how = { draw: 'mean', classes: 'data', times, batch } as const
  return {
    ...run,
    autoencoder: { ...autoencoder, minutes: share * minutes, parameters: kept.layout.size, law: kept.law },
    minutes: (performance.now() - begin) / 60_000,
    codes: codes.shape,
    parameters: model.prior.layout.size,
    ...(await judged('codes', (count, seed) => drawSamples(model, data, setting, { ...how, count, seed }))),
  }
}

const report = {
  data: data.name,
  items: data.length,
  minutes,
  steps,
  count,
  threads,
  ...(flags.only !== 'latent' && { pixels: await ofPixels() }),
  ...(flags.only !== 'pixels' && { latent: await ofCodes() }),
}
if (flags.json) console.log(JSON.stringify(report))
else console.log(report)
process.exit(0)
