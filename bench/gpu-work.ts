/** What `gpu.ts` runs on a device: trainings and models that are the same wherever they run. */
import { createTrainer } from '../src/app/train.ts'
import { modelDenoiser } from '../src/compiled/denoiser.ts'
import { integers, key, normal } from '../src/engine/random/index.ts'
import type { Engine } from '../src/engine/runtime/session.ts'
import { defaultTokenSpec } from '../src/families/tokens/defaults.ts'
import { generate } from '../src/families/values/generate.ts'
import { createCategorical } from '../src/files/data/categorical.ts'
import { charactersOf } from '../src/files/text/characters.ts'
import { timesOf } from '../src/diffusion/sample/default-times.ts'
import type { CategoricalDataset } from '../src/files/data/categorical.ts'
import { median, timed } from './measure.ts'
import { datasetOf, modelOf, specOf } from './models.ts'

/** Networks of images, and a transformer over characters. */
export type Work = 'unet' | 'grey' | 'text'

/** A trainer on a device. The whole batch goes through at once: its state then stays there. */
export async function trainerFor(work: Work, batch: number, engine: Engine, device: string) {
  const options = { device, portion: batch }
  if (work !== 'text') return createTrainer(specOf(work, batch), datasetOf(work), engine, options)
  const sizes = { batch, widths: [256], depth: 6, budget: { steps: 1_000_000 } } as const
  const data = characters()
  return createTrainer(defaultTokenSpec(data, sizes), data, engine, options)
}

/** Windows of 128 of 65 characters, drawn at random: speed does not depend on what they say. */
function characters(): CategoricalDataset {
  const tokenizer = charactersOf(Array.from({ length: 65 }, (_, i) => String.fromCodePoint(48 + i)))
  const data = Int32Array.from(integers(key(3), 128 * 512, 0, 65))
  return createCategorical({
    name: 'noise',
    shape: [128],
    categories: 65,
    data,
    vocabulary: { kind: 'text', tokenizer },
  })
}

/** Losses of the first steps, and the weights after them. */
export async function firstSteps(work: Work, steps: number, engine: Engine, device: string) {
  using trainer = await trainerFor(work, 4, engine, device)
  const losses: number[] = []
  for (let i = 0; i < steps; i++) losses.push((await trainer.step(steps)).loss)
  await trainer.bringBack()
  return { losses, params: trainer.state.params.slice(), remarks: trainer.remarks }
}

/** Four samples in ten steps of an untrained network, whose outputs are as large as any. */
export async function samplesOf(work: 'unet' | 'grey', engine: Engine, device: string): Promise<Float32Array> {
  const model = await modelOf(work, engine, 1)
  const times = timesOf(model.schedule, 10)
  return (await generate(model, engine, { count: 4, seed: 5, times, device })).items
}

/** What a timed row says. */
export interface Timed {
  readonly first: number
  readonly median: number
  readonly runs: number
  readonly remarks: readonly string[]
}

/** A training step: the first, and the median of as many as fit into the time. */
export async function timeTraining(
  work: Work,
  batch: number,
  engine: Engine,
  device: string,
  ms: number,
): Promise<Timed> {
  using trainer = await trainerFor(work, batch, engine, device)
  const found = await timedFor(ms, () => trainer.step(1_000_000))
  return { ...found, remarks: trainer.remarks }
}

/** A sampling step of the default U-Net. */
export async function timeSampling(batch: number, engine: Engine, device: string, ms: number): Promise<Timed> {
  const model = await modelOf('unet', engine, 1)
  using denoiser = await modelDenoiser(model, engine, { batch, portion: batch, device })
  const x = normal(key(1), new Float32Array(batch * 3072))
  return timedFor(ms, async () => denoiser.denoise(x, 0.5))
}

/** Runs for so many milliseconds, at least three times after the first. */
async function timedFor(ms: number, run: () => Promise<unknown>): Promise<Timed> {
  const first = await timed(run)
  const times: number[] = []
  const end = performance.now() + ms
  while (times.length < 3 || performance.now() < end) times.push(await timed(run))
  return { first, median: median(times), runs: times.length, remarks: [] }
}
