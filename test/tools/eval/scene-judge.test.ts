/** The judge of scenes: right for what was drawn, wrong for anything else. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'
import { evaluateSamples, formatReport } from '../../../src/eval.ts'
import { key } from '../../../src/engine/random/index.ts'
import type { FoundFigure } from '../../../src/files/data/builtin/read-scene.ts'
import { askedScene, sceneCaptions } from '../../../src/files/data/builtin/scene-captions.ts'
import { randomScene, type SceneFigure } from '../../../src/files/data/builtin/scene.ts'
import { scenesDataset } from '../../../src/files/data/builtin/scenes.ts'
import { judgeScene, judgeScenes, sceneRates } from '../../../src/tools/eval/scene-judge.ts'

const found = (...figures: readonly SceneFigure[]): FoundFigure[] => figures.map((each) => ({ ...each, unlike: 0 }))
const circle = { colour: 'red', form: 'circle', place: 'on the left' } as const
const square = { colour: 'blue', form: 'square', place: 'on the right' } as const
const asks = (text: string) => askedScene(text)!

describe('one picture', () => {
  const both = asks('a red circle on the left and a blue square on the right')

  test('all is right, in any order', () => {
    const right = { count: true, colour: true, form: true, place: true, all: true }
    expect(judgeScene(found(circle, square), both)).toEqual(right)
    expect(judgeScene(found(square, circle), both)).toEqual(right)
    expect(judgeScene(found(circle), asks('a red circle'))).toEqual({ ...right, place: undefined })
  })

  test('what is wrong is named', () => {
    const judge = (...figures: readonly SceneFigure[]) => judgeScene(found(...figures), both)
    expect(judge({ ...circle, place: 'on the right' }, { ...square, place: 'on the left' })).toMatchObject({
      colour: true,
      form: true,
      place: false,
      all: false,
    })
    expect(judge(circle, { ...square, colour: 'green' })).toMatchObject({ colour: false, form: true, place: true })
    expect(judge({ ...circle, colour: 'blue' }, { ...square, colour: 'red' })).toMatchObject({
      colour: false,
      all: false,
    })
    expect(judge(circle)).toMatchObject({ count: false, colour: false, form: false, place: false })
    expect(judge(circle, square, square)).toMatchObject({ count: false, colour: true, all: false })
    expect(judgeScene([], both)).toMatchObject({ count: false, all: false })
    expect(judgeScene([{ ...found(circle)[0]!, form: undefined }], asks('a red circle'))).toMatchObject({ form: false })
  })

  test('a scene as it was drawn is right by all of its captions', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const scene = randomScene(key(seed), 'any')
        return sceneCaptions(scene).every((text) => judgeScene(found(...scene), asks(text)).all)
      }),
    )
  })
})

test('pictures of the renderer are right, and those of others are not', () => {
  const { data, captions } = scenesDataset(120, key(3), 'seen')
  const texts = captions!.map((each) => each[0]!)
  const { rates } = judgeScenes(data as Uint8Array, texts, 32)!
  expect(rates.pictures).toBe(120)
  expect(rates.all.value).toBeGreaterThanOrEqual(0.99)
  const others = judgeScenes(data as Uint8Array, texts.toReversed(), 32)!
  expect(others.rates.all.value).toBeLessThan(0.1)
  expect(judgeScenes(data as Uint8Array, ['a photo of a cat'], 32)).toBeUndefined()
})

test('rates are shares with their errors', () => {
  const yes = { count: true, colour: true, form: true, place: undefined, all: true }
  const rates = sceneRates([yes, yes, yes, { ...yes, colour: false, place: true, all: false }])
  expect(rates.colour).toEqual({ value: 0.75, standardError: Math.sqrt((0.75 * 0.25) / 4) })
  expect(rates.place).toEqual({ value: 1, standardError: 0 })
})

test('an evaluation says them', async () => {
  const data = scenesDataset(60, key(3), 'seen')
  const asked = { ...data, captions: data.captions!.map(([text]) => [text!]) }
  const report = await evaluateSamples(asked, data, await nodeEngine())
  expect(report.scenes?.pictures).toBe(60)
  expect(report.scenes?.all.value).toBeGreaterThan(0.98)
  expect(formatReport(report)).toMatch(/of 60 pictures by captions\s+number right +100\.?0? %/)
})
