/** A pipeline of diffusers, step by step against what Python's diffusers drew with it. */
import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { promptEncoder } from '../../../src/compiled/prompts/prompt-encoder.ts'
import { openedOf } from '../../../src/app/opened.ts'
import { samplerOf } from '../../../src/compiled/sampler-of.ts'
import { sample } from '../../../src/diffusion/sample/sample.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../../src/engine/runtime/session.ts'
import { decodedItems } from '../../../src/families/latent/codes.ts'
import type { LatentModel } from '../../../src/families/latent/model.ts'
import { compiledParts } from '../../../src/families/values/compiled-parts.ts'
import { guidedDenoiser } from '../../../src/families/values/guided.ts'
import { workOn, type Work } from '../../../src/families/warm.ts'
import { told } from '../../../src/families/words/told.ts'
import { readModelFolder } from '../../../src/files/io/node/model-folder.ts'
import { readSafetensors, toFloat32 } from '../../../src/files/io/safetensors.ts'
import { captionTokens } from '../../../src/files/text/caption-tokenizer.ts'

const place = new URL('../../../../shared/golden/tiny-sd', import.meta.url).pathname
const golden = describe.skipIf(!existsSync(place))

const prompt = 'A painting of a squirrel eating a burger'
const negative = 'blurry'
/** Of diffusers, whose guidance_scale is w + 1. */
const w = 5

/** The configuration of the folder as another class of schedulers takes it. */
const table = { beta_start: 0.00085, beta_end: 0.012, beta_schedule: 'scaled_linear', steps_offset: 1 }
const schedulers = {
  ddim: { _class_name: 'DDIMScheduler', clip_sample: false, set_alpha_to_one: false },
  pndm: { _class_name: 'PNDMScheduler', skip_prk_steps: true, set_alpha_to_one: false },
  euler: { _class_name: 'EulerDiscreteScheduler', timestep_spacing: 'linspace' },
  // diffusers 0.24 knew no final_sigmas_type: it ended at the faintest level
  dpm: { _class_name: 'DPMSolverMultistepScheduler', timestep_spacing: 'linspace', final_sigmas_type: 'sigma_min' },
} as const

golden('tiny-sd', () => {
  let engine: Engine
  let tensors: ReadonlyMap<string, Float32Array>
  let work: Work
  beforeAll(async () => {
    engine = await nodeEngine()
    const file = readSafetensors(readFileSync(`${place}/reference.safetensors`), 'reference').tensors
    tensors = new Map(Array.from(file, ([name, tensor]) => [name, toFloat32(tensor)]))
    work = workOn(undefined)
  })
  afterAll(() => work[Symbol.dispose]())

  const model = async (scheduler?: object): Promise<LatentModel> => {
    const folder = await readModelFolder(place, scheduler && { scheduler: { ...table, ...scheduler } })
    return (await openedOf(folder)).model as LatentModel
  }
  const texts = async ({ prior }: LatentModel) =>
    (await told(prior, { prompts: [prompt], negativePrompt: negative }, async (words) => promptEncoder(words, engine)))!

  it('has its tokens and the vectors of its texts', async () => {
    const opened = await model()
    const { tokenizer } = opened.prior.words!.encoders[0]!
    const tokens = [negative, prompt].flatMap((text) => [...captionTokens(tokenizer, tokenizer.pieces(text)).tokens])
    expect(tokens).toEqual([...tensors.get('input_ids')!])
    const conditions = await texts(opened)
    const both = Float32Array.of(...conditions.away.context!, ...conditions.at(0, 1, 1).context!)
    expect(largest(both, tensors.get('prompt_embeds')!)).toBeLessThan(1e-4)
  })

  it.each(Object.entries(schedulers))('draws what diffusers draws by %s', async (name, scheduler) => {
    const opened = await model(scheduler)
    const { prior } = opened
    const conditions = await texts(opened)
    const parts = compiledParts(prior, engine, {}, work.compiled)
    const denoiser = await guidedDenoiser(prior, { w, away: conditions.away }, 1, parts)
    const expected = tensors.get(`${name}.latents`)!
    const size = expected.length / 5
    const { sampling, schedule } = prior
    // diffusers' Euler works on x/α, and begins with σ/α z
    const scale = (t: number): number => (name === 'euler' ? 1 / schedule.alpha(t) : 1)
    const start = name === 'euler' ? schedule.sigma(1) : 1
    let last = new Float32Array(size)
    let count = 0
    for await (const { index, x, s } of sample(denoiser, {
      sampler: samplerOf(sampling),
      times: sampling.times(5),
      x: tensors.get('latents')!.map((value) => value * start),
      conditions: conditions.at(0, 1, 1),
      seed: 0,
    })) {
      const after = expected.subarray(index * size, (index + 1) * size)
      const rescaled = Array.from(x, (value) => value * scale(s))
      expect(largest(rescaled, after), `step ${index}`).toBeLessThan(1e-3)
      last = Float32Array.from(x)
      count++
    }
    expect(count).toBe(5)
    const picture = await decodedItems(opened, last, { draw: 'mean', seed: 0 }, { engine }, work.compiled)
    const image = tensors.get(`${name}.image`)!
    const bytes = picture.map((_, i) => Math.min(1, Math.max(0, picture[i]! / 2 + 0.5)) * 255)
    // [height, width, 3] there
    const theirs = bytes.map((_, i) => image[(i % 1024) * 3 + Math.floor(i / 1024)]! * 255)
    expect(largest(bytes, theirs)).toBeLessThan(1)
  })

  it('hands every evaluation the times of diffusers', async () => {
    for (const [name, scheduler] of Object.entries(schedulers)) {
      const { prior } = await model(scheduler)
      const { steps } = (samplerOf(prior.sampling) as { plan: Planner }).plan(prior.schedule, prior.sampling.times(5))
      const seen = steps.flatMap(({ t, stages }) =>
        stages.flatMap(({ evaluate }, i) => (evaluate ? [prior.view.time(i === 0 ? t : stages[i - 1]!.time)] : [])),
      )
      expect(
        seen.map((t) => Math.round(t * 1000) / 1000),
        name,
      ).toEqual([...tensors.get(`${name}.timesteps`)!])
    }
  })
})

type Planner = (
  schedule: unknown,
  times: readonly number[],
) => {
  readonly steps: readonly { readonly t: number; readonly stages: readonly { evaluate: boolean; time: number }[] }[]
}

const largest = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0)
