/** Evaluation, inspection and descriptions of data as requests: no process, no output, results as values. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { describeData, evaluate, inspect, openFolder } from '../../src/index.ts'
import { settingFor } from '../../src/app/node/setting.ts'
import type { Opened } from '../../src/app/opened.ts'
import type { Progress } from '../../src/families/family.ts'
import { linesIn } from '../cli/support.ts'
import { temporaryFolder, tinyPoints } from '../cli/tweedie.ts'

const folder = temporaryFolder()
const place = join(folder, 'points')

beforeAll(async () => {
  const line = `train ${tinyPoints.join(' ')} --steps 4 --hold-out 0.25 -q -o FOLDER/points`
  expect(await linesIn(folder)(line)).toMatchObject({ status: 0, stderr: '' })
})

describe('evaluate', () => {
  test('judges by samples, the same for the same seed, and says how far it is', async () => {
    const seen: Progress[] = []
    const opened = await openFolder(place)
    const options = { count: 30, steps: 3, heldOut: 'circles' }
    const one = await evaluate(opened, options, { place, onProgress: (progress) => seen.push(progress) })
    expect(one.facts).toMatchObject({
      model: place,
      save: opened.model.meta.save,
      samples: 30,
      comparisons: [
        { part: 'training', items: 48 },
        { part: 'held-out', items: 10_000 },
      ],
      steps: 3,
    })
    expect(one.howText).toBe('seed 0, dpm++-2m, 3 steps')
    expect(new Set(seen.map(({ phase }) => phase))).toContain('drawing samples')
    expect((await evaluate(opened, options, { place })).facts).toEqual(one.facts)
  })

  test('judges by the likelihood of what was held out, where an option of likelihoods is given', async () => {
    const { facts } = await evaluate(await openFolder(place), { likelihoodItems: 5, boundSteps: 4 }, { place })
    expect(facts).toMatchObject({ part: 'held-out', items: 5, unit: 'nats' })
  })

  test('names options of the library in what it refuses', async () => {
    const request = evaluate(await openFolder(place), { likelihood: true, count: 20 }, { place })
    await expect(request).rejects.toMatchObject({ code: 'usage', message: '`likelihood` cannot be used with `count`' })
  })

  test('of a family that cannot be evaluated says which can', async () => {
    const opened = await openFolder(place)
    const mute: Opened = { ...opened, family: { ...opened.family, can: {} } }
    await expect(evaluate(mute, {}, { place })).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^evaluate means nothing to a model of images and points; it is for models of /),
    })
  })
})

describe('the data of a model', () => {
  test('are those of the run, cut up as for training; others by name are whole', async () => {
    const { access } = await settingFor(place, await openFolder(place), {})
    const own = await access.data()
    expect([own.train.length, own.heldOut?.length, (await own.more?.())?.length]).toEqual([48, 16, 1000])
    const other = await access.data('circles')
    expect([other.train.name, other.train.length, other.heldOut]).toEqual(['circles', 10_000, undefined])
    expect((await access.unseen('moons')).length).toBe(10_000)
  })

  test('are asked for by name where the run does not say', async () => {
    const model = await openFolder(place)
    const { access } = await settingFor(folder, model, {})
    await expect(access.data()).rejects.toMatchObject({ code: 'usage', hint: 'name them: `data: PATH`' })
    expect((await access.data('moons')).train.length).toBe(10_000)
  })
})

test('inspect says what a path is', async () => {
  expect((await inspect(place)).facts).toMatchObject({ kind: 'model', network: 'MLP' })
  expect((await inspect(join(place, 'checkpoint.safetensors'))).facts).toMatchObject({ kind: 'checkpoint', step: 4 })
  await expect(inspect(join(folder, 'none'))).rejects.toMatchObject({ code: 'model' })
})

test('data are described, with a picture where there is one', async () => {
  const points = await describeData({ path: 'moons', length: 100 })
  expect(points.facts).toMatchObject({ kind: 'points', length: 100 })
  expect(points.picture?.({ count: 10, seed: 0 }).width).toBeGreaterThan(10)
  writeFileSync(join(folder, 'verse.txt'), 'abab')
  const text = await describeData({
    path: join(folder, 'verse.txt'),
    tokens: { tokenizer: 'characters', length: 128 },
    holdOut: 0.1,
  })
  expect(text.facts).toMatchObject({ kind: 'tokens', tokens: 4 })
  expect(text.picture).toBeUndefined()
})
