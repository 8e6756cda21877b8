/**
 * Videos of digits that move: whether frames show one digit throughout, and whether it moves with constant velocity between reflections, beside
 * the same on real videos that are held back.
 *
 *     npx tsx bench/moving-digits.ts [--data ../shared/data/mnist] [--minutes 60] [--items 12000] [--network SpaceTimeUNet] [--config '{…}']
 *                                    [--widths 48,96] [--patch 2] [--batch 8] [--train '{"optimizer":"muon"}'] [--given] [--count 100] [--steps 50] [--threads 2] [--seed 0]
 *                                    [--out FOLDER] [--from FOLDER] [--json]
 *
 * `--data moving-digits` takes the built-in set. `--out` keeps the model, a GIF and a sheet of samples; `--from` judges such a model again and trains
 * nothing. With `--given`, the model learns given frames, and goes on from the first four of held-back videos too.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fit, open, saveModel, writeDrawn } from '../src/index.ts'
import { nodeEngine } from '../src/engine/runtime/node/index.ts'
import { fold, key, permutation } from '../src/engine/random/index.ts'
import { movingPictures } from '../src/files/data/builtin/moving.ts'
import { type ArrayDataset, createDataset } from '../src/files/data/dataset.ts'
import { builtinDataset } from '../src/files/data/index.ts'
import { openDataset } from '../src/files/data/node/index.ts'
import { denormalise, loadBatch } from '../src/files/data/normalise.ts'
import { select } from '../src/files/data/subset.ts'
import { frameRates } from '../src/tools/eval/judge-videos.ts'
import { steadyShare } from '../src/tools/eval/steady-motion.ts'
import { trainClassifier } from '../src/tools/eval/train-classifier.ts'
import { framesAsImages } from '../src/tools/eval/video-frames.ts'

const { values: flags } = parseArgs({
  options: {
    data: { type: 'string', default: '../shared/data/mnist' },
    minutes: { type: 'string', default: '60' },
    items: { type: 'string', default: '12000' },
    network: { type: 'string' },
    config: { type: 'string', default: '{}' },
    widths: { type: 'string' },
    patch: { type: 'string' },
    batch: { type: 'string' },
    train: { type: 'string', default: '{}' },
    given: { type: 'boolean', default: false },
    count: { type: 'string', default: '100' },
    steps: { type: 'string', default: '50' },
    threads: { type: 'string', default: '2' },
    seed: { type: 'string', default: '0' },
    out: { type: 'string' },
    from: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const [count, steps, threads, seed, items] = (['count', 'steps', 'threads', 'seed', 'items'] as const).map((name) =>
  Number(flags[name]),
) as [number, number, number, number, number]
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i)
const rows: Record<string, unknown>[] = []
const row = (facts: Record<string, unknown>): void => {
  rows.push(facts)
  if (!flags.json) console.log(JSON.stringify(facts))
}

/** Videos for training, and videos of other pictures that are held back. */
async function videos(): Promise<{ readonly training: ArrayDataset; readonly heldOut: ArrayDataset }> {
  const held = Math.max(count, 200)
  if (flags.data === 'moving-digits') {
    const all = builtinDataset('moving-digits', { length: items + held })
    return { training: select(all, range(0, items)), heldOut: select(all, range(items, items + held)) }
  }
  const pictures = (await openDataset(flags.data)) as ArrayDataset
  const order = permutation(key('moving digits'), pictures.length)
  const rest = pictures.length - held
  const made = (part: Uint32Array, length: number, name: string): ArrayDataset =>
    movingPictures(name, select(pictures, part), { length, frames: 16, side: 32, key: fold(key(seed), name) })
  return {
    training: made(order.subarray(0, Math.min(items, rest)), items, 'moving'),
    heldOut: made(order.subarray(rest), held, 'held back'),
  }
}

const engine = await nodeEngine()
const { training, heldOut } = await videos()

async function trained(): Promise<Parameters<typeof open>[0]> {
  const network = flags.network && { network: { className: flags.network, config: JSON.parse(flags.config) as object } }
  const model = await fit(training, {
    engine,
    threads,
    seed,
    minutes: Number(flags.minutes),
    ...network,
    ...(flags.widths && { widths: flags.widths.split(',').map(Number) }),
    ...(flags.patch && { patch: Number(flags.patch) }),
    ...(flags.batch && { batch: Number(flags.batch) }),
    ...(JSON.parse(flags.train) as object),
    ...(flags.given && { givenFrames: true }),
    onEvent(event) {
      if (event.type === 'step' && event.step % 100 === 0)
        console.error(`step ${event.step}, loss ${event.loss.toFixed(4)}`)
    },
  })
  const { steps: made, minutes, loss } = model.meta.training
  row({ steps: made, minutes, loss })
  if (flags.out) await saveModel(join(flags.out, 'model'), model)
  return model
}

if (flags.out) await mkdir(flags.out, { recursive: true })
using painter = await open(flags.from ? join(flags.from, 'model') : await trained())

// at most two thousand videos, four frames of each: more would hardly recognise better
const shown = framesAsImages(select(training, range(0, Math.min(2000, training.length))), [0, 5, 10, 15])
const classifier = await trainClassifier(shown, engine, { threads, seed })
row({ classifier: classifier.accuracy, heldOut: classifier.heldOut })

/** The rates of videos. */
async function judge(name: string, set: ArrayDataset): Promise<void> {
  const { asFirst, throughout } = await frameRates(set, classifier, engine, { threads })
  row({
    videos: name,
    count: set.length,
    asFirst: asFirst.value,
    throughout: throughout.value,
    steady: steadyShare(set),
  })
}

const asData = (data: Float32Array): ArrayDataset =>
  createDataset({
    name: 'samples',
    kind: 'video',
    shape: training.shape,
    range: training.range,
    data: denormalise(training, data),
  })

const real = select(heldOut, range(0, Math.min(count, heldOut.length)))
await judge('real, held back', real)
const drawn = await painter.draw({ count, steps, seed, batch: 25, class: training.labels ? 'all' : undefined })
await judge('drawn', asData(Float32Array.from(drawn.array().data as Float32Array)))
if (flags.out) {
  for (const name of ['samples.gif', 'samples.png']) {
    await writeDrawn(join(flags.out, name), drawn, { overwrite: true, columns: 10 })
  }
}
if (flags.given) {
  const answers: Float32Array[] = []
  const some = Math.min(20, real.length)
  for (let i = 0; i < some; i++) {
    const video = loadBatch(real, [i], new Float32Array(16 * 1024))
    const answer = await painter.restore(video, { given: '0-3', count: 1, steps, seed: seed + i })
    answers.push(Float32Array.from(answer.array().data as Float32Array))
  }
  await judge('gone on from four frames', asData(Float32Array.from(answers.flatMap((each) => [...each]))))
}
if (flags.json) console.log(JSON.stringify(rows, undefined, 2))
