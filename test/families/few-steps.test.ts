/** Models of values that learn to sample in few steps: the teacher, the run, the model, and what cannot be asked of it. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fit } from '../../src/app/fit.ts'
import { openFolder, trainRun } from '../../src/app/node/index.ts'
import { openedOf } from '../../src/app/opened.ts'
import { createTrainer, train } from '../../src/app/train.ts'
import type { TweedieError } from '../../src/errors.ts'
import { chooseSampler } from '../../src/families/gaussian-sampler.ts'
import { edit, interpolate } from '../../src/families/values/edit.ts'
import { specOf as specOfValues } from '../../src/families/values/spec-of.ts'
import { generate } from '../../src/families/values/generate.ts'
import { jumpsFrom, requirePosterior } from '../../src/families/values/jumps.ts'
import { folderOf, type Model } from '../../src/families/values/model.ts'
import type { TrainSpec } from '../../src/families/values/spec.ts'
import { withTeacher } from '../../src/families/values/teacher.ts'
import { builtinDataset } from '../../src/files/data/index.ts'
import { decodeModelFolder, encodeModelFolder } from '../../src/files/io/model-folder.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import type { Engine } from '../../src/engine/runtime/session.ts'
import type { OptionValues } from '../../src/options.ts'
import type { Checkpoint } from '../../src/tools/train/checkpoint.ts'

const folder = mkdtempSync(join(tmpdir(), 'tweedie-few-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const moons = builtinDataset('moons', { length: 200 })
const glyphs = builtinDataset('glyphs', { length: 40 })
const short = { steps: 6, batch: 16, warmup: 1 }
let engine: Engine
let points: Model
let pictures: Model

const fitted = (data: typeof moons, options: OptionValues): Promise<Model> =>
  fit<Model>(data, { ...short, engine, ...options })

beforeAll(async () => {
  engine = await nodeEngine()
  points = await fitted(moons, { widths: [16], depth: 2, steps: 40 })
  pictures = await fitted(glyphs, { widths: [8, 16], patch: 4, labelDropout: 0.2 })
})

const specOf = (options: OptionValues, model = points, data = moons): Promise<TrainSpec> =>
  specOfValues(withTeacher(data, model), { ...short, distil: 'teacher', ...options }, {})

const again = async (model: Model): Promise<Model> =>
  (await openedOf(decodeModelFolder(encodeModelFolder(folderOf(model))), {}, 'student')).model as Model

async function refusal(work: () => unknown): Promise<TweedieError> {
  try {
    await work()
  } catch (error) {
    return error as TweedieError
  }
  throw new Error('nothing was refused')
}

describe('a student', () => {
  test('begins as its teacher, which stays as it is', async () => {
    const before = points.weights.slice()
    const spec = await specOf({})
    using trainer = await createTrainer(spec, withTeacher(moons, points), engine)
    expect(trainer.state.params).toEqual(before)
    await trainer.step(6)
    expect(trainer.state.params).not.toEqual(before)
    expect(points.weights).toEqual(before)
    expect(Object.keys(trainer.problem.parts)).toEqual(['network', 'teacher'])
  })

  test.each([
    { distilMethod: 'consistency' },
    { distilMethod: 'progressive' },
    { distilMethod: 'consistency', stepsOfSampler: 1, teacherSteps: 8 },
  ])('%j resumes bit for bit', async (options) => {
    const dataset = withTeacher(moons, points)
    const spec = await specOf(options)
    const ends = async (from?: Checkpoint): Promise<Checkpoint[]> => {
      const all: Checkpoint[] = []
      for await (const event of train({ spec, dataset, engine, checkpointEvery: 3, from })) {
        if (event.type === 'checkpoint') all.push(structuredClone(event.checkpoint))
      }
      return all
    }
    const whole = await ends()
    const middle = whole.find(({ state }) => state.step === 3)!
    expect((await ends(middle)).at(-1)!.state).toEqual(whole.at(-1)!.state)
  })

  test('learns: its jumps come nearer to those of the teacher', async () => {
    const losses: number[] = []
    await fitted(moons, {
      distil: points,
      batch: 64,
      steps: 150,
      rate: 3e-3,
      distilMethod: 'progressive',
      onEvent: (event: { type: string; loss?: number }) => {
        if (event.type === 'step') losses.push(event.loss!)
      },
    })
    const mean = (list: readonly number[]): number => list.reduce((sum, each) => sum + each, 0) / list.length
    expect(mean(losses.slice(-20))).toBeLessThan(0.7 * mean(losses.slice(0, 20)))
  })

  test('samples in its own steps after it was written and read', async () => {
    const student = await fitted(moons, {
      distil: points,
      distilMethod: 'consistency',
      stepsOfSampler: 3,
      teacherSteps: 6,
    })
    expect(student.meta.sampler).toEqual({ sampler: 'ddim', steps: 3, times: [1, 2 / 3, 1 / 3, 0] })
    expect(student.meta.objective.fewSteps).toMatchObject({ method: 'consistency', steps: 3, grid: { last: 6 } })
    const read = await again(student)
    expect(read.sampling).toMatchObject({ sampler: 'ddim', steps: 3, jumps: true })
    const seen: number[] = []
    const drawn = await generate(read, engine, { count: 4, onStep: ({ step }) => seen.push(step.s) })
    expect(seen).toEqual([2 / 3, 1 / 3, 0])
    expect(drawn.items).toEqual((await generate(student, engine, { count: 4 })).items)
  })

  test('can be learned from again, in half its steps, and so on', async () => {
    const four = await fitted(moons, { distil: points, distilMethod: 'progressive', stepsOfSampler: 4 })
    expect((await refusal(() => specOf({ distilMethod: 'consistency' }, four))).message).toContain(
      'only these can be joined',
    )
    expect((await refusal(() => specOf({ stepsOfSampler: 2, teacherSteps: 8 }, four))).code).toBe('usage')
    const two = await specOf({ stepsOfSampler: 2 }, four)
    expect(two.fewSteps).toMatchObject({ method: 'progressive', steps: 2, grid: { first: 4, last: 4 } })
  })
})

describe('consistency training, without a teacher', () => {
  test('trains a model that jumps to data', async () => {
    const model = await fitted(moons, { objective: 'consistency', widths: [16], depth: 2 })
    expect(model.meta.sampler).toEqual({ sampler: 'consistency', steps: 1, times: [1, 0] })
    const choice = chooseSampler(await again(model), { steps: 2 })
    expect(choice).toMatchObject({ steps: 2, times: [1, 0.5, 0], sampler: { name: 'consistency' } })
    expect((await generate(model, engine, { count: 3 })).items.every(Number.isFinite)).toBe(true)
  })

  test('needs no teacher, and refuses the options of one', async () => {
    const spec = (options: OptionValues): unknown => specOfValues(moons, { objective: 'consistency', ...options }, {})
    expect(await spec({ stepsOfSampler: 2 })).toMatchObject({ fewSteps: { steps: 2, grid: { last: 32 } } })
    expect((await refusal(() => spec({ guidance: 2 }))).message).toContain('needs a teacher')
    expect((await refusal(() => spec({ distilMethod: 'progressive' }))).message).toContain('needs a teacher')
  })
})

describe('a guided teacher', () => {
  test('makes another target', async () => {
    const dataset = withTeacher(glyphs, pictures)
    const losses = await Promise.all(
      [0, 2].map(async (guidance) => {
        const spec = await specOf({ guidance, teacherSteps: 8 }, pictures, glyphs)
        expect(spec.objective.labelDropout).toBe(0)
        using trainer = await createTrainer(spec, dataset, engine)
        return (await trainer.step(6)).loss
      }),
    )
    expect(losses[0]).not.toBe(losses[1])
  })

  test('is told its own estimates if it learned to be, and its student is not', async () => {
    expect(pictures.meta.objective).toMatchObject({ selfConditioning: true })
    const objective = { ...pictures.meta.objective, selfConditioning: undefined }
    const untold = { ...pictures, meta: { ...pictures.meta, objective } } as Model
    for (const guidance of [0, 2]) {
      const losses: number[] = []
      for (const teacher of [pictures, untold]) {
        const spec = await specOf({ guidance, teacherSteps: 8 }, teacher, glyphs)
        expect(spec.selfConditioning).toBeUndefined()
        using trainer = await createTrainer(spec, withTeacher(glyphs, teacher), engine)
        losses.push((await trainer.step(6)).loss)
      }
      expect(Math.abs(losses[0]! / losses[1]! - 1)).toBeGreaterThan(1e-4)
    }
  })

  test('must know what it is without a class', async () => {
    const plain = await fitted(glyphs, { widths: [8], patch: 4, labelDropout: 0 })
    expect((await refusal(() => specOf({ guidance: 2 }, plain, glyphs))).message).toContain('cannot be guided')
  })
})

describe('a teacher is refused', () => {
  test('that makes other data', async () => {
    expect((await refusal(() => withTeacher(glyphs, points))).message).toContain(
      'makes items [2], and those of glyphs are',
    )
    const wider = { ...moons, affine: { shift: [0], scale: [9] } }
    expect((await refusal(() => withTeacher(wider, points))).message).toContain(
      'those of moons are 0.0000 + x · 9.0000',
    )
    expect((await refusal(() => withTeacher({ ...moons, classNames: ['a', 'b', 'c'] }, points))).message).toContain(
      'classes',
    )
  })

  test('that predicts noise, or variances', async () => {
    const noise = await fitted(moons, { widths: [8], depth: 1, parametrisation: 'epsilon' })
    expect((await refusal(() => withTeacher(moons, noise))).message).toContain('predicts epsilon')
    const variances = await fitted(glyphs, { widths: [8], patch: 4, learnVariance: true })
    expect((await refusal(() => withTeacher(glyphs, variances))).message).toContain('predicts variances')
  })

  test.each<[OptionValues, string]>([
    [{ widths: [8] }, '`widths`: a student begins as its teacher'],
    [{ noise: 'cosine' }, '`noise`'],
    [{ parametrisation: 'v' }, '`parametrisation`'],
    [{ objective: 'simple' }, '`objective`'],
    [{ teacherSteps: 10 }, 'does not divide'],
    [{ stepsOfSampler: 4, teacherSteps: 4 }, 'does not divide'],
    [{ distilMethod: 'progressive', teacherSteps: 16, doubleEvery: 9 }, 'one grid'],
  ])('%j', async (options, message) => {
    expect((await refusal(() => specOf(options))).message).toContain(message)
  })

  test('numbers of the loss and of the grid are in the specification', async () => {
    const { fewSteps } = await specOf({
      distilMethod: 'consistency',
      stepsOfSampler: 2,
      teacherSteps: 16,
      doubleEvery: 50,
      huber: 0.02,
    })
    expect(fewSteps).toMatchObject({ grid: { first: 4, last: 16, every: 50 }, huber: 0.02 })
  })

  test('options of few steps without it are refused', async () => {
    expect((await refusal(() => specOfValues(moons, { stepsOfSampler: 4 }, {}))).message).toContain('few steps')
  })
})

describe('of a model that jumps cannot be asked', () => {
  const jumper = (): Promise<Model> =>
    fitted(glyphs, { distil: pictures, distilMethod: 'consistency', stepsOfSampler: 2, labelDropout: 0.1 })

  test('other steps, samplers, times, or guidance', async () => {
    const model = await jumper()
    for (const options of [{ steps: 20 }, { sampler: 'dpm++-2m' }, { times: [1, 0] }, { eta: 1 }, { guidance: 2 }]) {
      expect((await refusal(() => chooseSampler(model, options))).message, JSON.stringify(options)).toMatch(
        /learned to (be sampled by ddim in 2 steps|sample in 2)/,
      )
    }
    await expect(generate(model, engine, { count: 2, guidance: 1 })).rejects.toThrow('`guidance`: the model learned')
  })

  test('what needs a posterior mean; SDEdit starts its jumps at the strength', async () => {
    const model = await jumper()
    expect((await refusal(() => requirePosterior(model, 'restoring'))).message).toContain('knows no posterior mean')
    const item = new Float32Array(784)
    await expect(interpolate(model, engine, [item, item], {})).rejects.toThrow('encoding')
    await expect(edit(model, engine, item, { strength: 0.7, steps: 9 })).rejects.toThrow('`steps`')
    expect(jumpsFrom(model, 0.7).times).toEqual([0.7, 0.5, 0])
    expect((await edit(model, engine, item, { strength: 0.7 })).every(Number.isFinite)).toBe(true)
    const progressive = await fitted(glyphs, { distil: pictures, stepsOfSampler: 2, teacherSteps: 4 })
    expect(jumpsFrom(progressive, 0.7).times).toEqual([1, 0.5, 0])
  })
})

test('a run in a folder goes on with its teacher, and not with another one', async () => {
  const [teacher, other, student] = ['teacher', 'other', 'student'].map((name) => join(folder, name))
  const run = async (request: Parameters<typeof trainRun>[0]): Promise<number> => {
    let step = 0
    for await (const event of trainRun(request)) if (event.type === 'end') ({ step } = event)
    return step
  }
  const tiny = { batch: 16, widths: [8], depth: 1, points: 100 }
  const { points: _, ...options } = tiny
  await run({ data: 'moons', out: teacher!, options: { ...options, steps: 3 } })
  await run({ data: 'moons', out: other!, options: { ...options, steps: 4 } })
  await run({ data: 'moons', out: student!, options: { batch: 16, steps: 3, distil: teacher } })
  const { model } = await openFolder(student!)
  expect((model as Model).meta.objective.fewSteps).toMatchObject({ teacher: { path: teacher }, steps: 4 })
  expect(await run({ out: student!, resume: true, options: { steps: 5 } })).toBe(5)
  rmSync(teacher!, { recursive: true })
  cpSync(other!, teacher!, { recursive: true })
  await expect(run({ out: student!, resume: true, options: { steps: 7 } })).rejects.toThrow(
    'not the model that this run began to learn from',
  )
})
