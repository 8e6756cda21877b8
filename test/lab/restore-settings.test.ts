/** The page “Restore” without a browser: its addresses, its damage, and what is kept. */
import { describe, expect, test } from 'vitest'
import { averagePooling, observe } from '../../src/diffusion/measure/index.ts'
import { holeOf, keepSeen, measured, type Picture, summary, widened } from '../../src/lab/pages/restore/damage.ts'
import { codeOf, requestOf } from '../../src/lab/pages/restore/request.ts'
import {
  factorsOf,
  maskControl,
  type RestoreSettings,
  settingsOf,
  settingsQuery,
  tasksFor,
  usualSettings,
} from '../../src/lab/pages/restore/settings.ts'
import { hrefOf, parseRoute } from '../../src/lab/route.ts'

const pictures = { shape: [1, 6, 8] as const, classNames: ['cat', 'dog'] }
const usual = usualSettings(pictures)
const picture: Picture = { shape: [1, 6, 8], data: Float32Array.from({ length: 48 }, (_, i) => i / 24 - 1) }
const chosen: RestoreSettings = {
  ...usual,
  picture: { kind: 'data', item: 12 },
  task: 'deblur',
  mask: Array.from({ length: 48 }, (_, i) => Number(i % 5 === 0)),
  kernel: 'motion:5,45',
  sigma: 0.25,
  method: 'ddrm',
  steps: 7,
  count: 3,
  seed: 9,
  class: 'dog',
}

describe('an address', () => {
  test('says everything that is chosen, and gives it back', () => {
    const { query } = parseRoute(hrefOf(['restore'], settingsQuery(chosen, usual, pictures)))
    expect(settingsOf(query, usual, pictures)).toEqual({ settings: chosen, problems: [] })
    expect(hrefOf(['restore'], settingsQuery(usual, usual, pictures))).toBe('#/restore')
  })

  test.each([
    ['mask', '0*47'],
    ['picture', 'disk:3'],
    ['task', 'colorize'],
    ['share', '2'],
    ['steps', '1.5'],
    ['class', 'cow'],
    ['volume', '11'],
  ])('with %s=%s is explained', (name, value) => {
    const { settings, problems } = settingsOf(new Map([[name, value]]), usual, pictures)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(name)
    expect(settings).toEqual(usual)
  })
})

test('the first hole lies in the middle, and only colours can be lost', () => {
  const { initial, width, height } = maskControl(pictures)
  expect([width, height, initial.filter((cell) => cell === 1).length]).toEqual([8, 6, 2 * 4])
  expect(initial[0]).toBe(0)
  expect(initial[2 * 8 + 3]).toBe(1)
  expect(tasksFor(pictures)).not.toContain('colorize')
  expect(tasksFor({ shape: [3, 6, 8] })).toContain('colorize')
})

test('what lies outside of a hole is the picture, and the deviation there is nothing', () => {
  const hole = usual.mask
  const answers = Float32Array.from({ length: 96 }, (_, i) => Math.sin(i))
  const kept = keepSeen(picture, hole, answers)
  for (const [i, x] of kept.entries()) {
    expect(x).toBe(hole[i % 48] === 1 ? answers[i] : picture.data[i % 48])
  }
  const { mean, deviation } = summary(kept, 48)
  const at = 2 * 8 + 3
  expect(mean[at]).toBeCloseTo((answers[at]! + answers[48 + at]!) / 2, 6)
  expect(deviation[at]).toBeCloseTo(Math.abs(answers[at]! - answers[48 + at]!) / Math.SQRT2, 6)
  expect(deviation[0]).toBe(0)
  expect(mean[5]).toBe(picture.data[5])
})

test('damage is what the worker simulates', async () => {
  const settings: RestoreSettings = { ...usual, task: 'super-resolution', factor: 2, sigma: 0.1, seed: 4 }
  const { y } = await observe(averagePooling(picture.shape, 2), picture.data, { sigma: 0.1, seed: 'simulate 4' })
  const seen = await measured(picture, settings)
  expect(seen.shape).toEqual([1, 3, 4])
  expect([...seen.data]).toEqual([...Float32Array.from(y)])
  const noisy = await measured(picture, { ...usual, task: 'denoise', sigma: 0 })
  noisy.data.forEach((x, i) => expect(x).toBeCloseTo(picture.data[i]!, 6))
  const random = holeOf({ ...usual, task: 'random', share: 0.5 }, picture.shape)!
  expect(random.filter((cell) => cell === 1).length).toBeGreaterThan(10)
  expect(holeOf({ ...usual, task: 'random', share: 0.5 }, picture.shape)).toEqual(random)
  expect(holeOf({ ...usual, task: 'edit' }, picture.shape)).toBeUndefined()
})

test('a wide brush paints a disc around every cell, and wipes one too', () => {
  const none = Array.from({ length: 48 }, () => 0)
  const one = none.map((_, i) => Number(i === 2 * 8 + 4))
  const painted = widened(none, one, pictures, 3)
  expect(painted.filter((cell) => cell === 1)).toHaveLength(9)
  expect(widened(none, one, pictures, 1)).toEqual(one)
  expect(widened(none, one, pictures, 2).filter((cell) => cell === 1)).toHaveLength(4)
  const corner = none.map((_, i) => Number(i === 0))
  expect(widened(none, corner, pictures, 3).filter((cell) => cell === 1)).toHaveLength(4)
  const all = none.map(() => 1)
  const wiped = all.map((_, i) => Number(i !== 2 * 8 + 4))
  expect(widened(all, wiped, pictures, 3).filter((cell) => cell === 0)).toHaveLength(9)
})

test('requests have the options of the commands', () => {
  const holes = requestOf(usual, picture)
  expect(holes).toMatchObject({ task: 'inpaint', mask: 'hole', method: 'mmps', count: 4 })
  expect((holes.pictures!.hole as Float32Array)[2 * 8 + 3]).toBe(1)
  expect((holes.pictures!.hole as Float32Array)[0]).toBe(-1)
  expect(requestOf(chosen, picture)).toEqual({
    count: 3,
    seed: 9,
    steps: 7,
    class: 'dog',
    method: 'ddrm',
    task: 'deblur',
    sigma: 0.25,
    simulate: true,
    kernel: 'motion:5,45',
  })
  expect(requestOf({ ...usual, task: 'edit', strength: 0.3 }, picture)).toEqual({
    count: 4,
    seed: 0,
    steps: 20,
    strength: 0.3,
  })
  expect(codeOf(usual, picture, 'runs/mine')).toContain(`model.restore('picture.png', {`)
  expect(codeOf(usual, picture, 'runs/mine')).toContain('mask: "hole.png"')
  expect(codeOf({ ...usual, task: 'edit' }, picture, 'm')).toContain(`model.edit('picture.png', {`)
})

test('pictures get smaller by what divides their sides', () => {
  expect(factorsOf({ shape: [1, 28, 28] })).toEqual([2, 4, 7])
  expect(factorsOf({ shape: [3, 40, 48] })).toEqual([2, 4, 8])
  expect(tasksFor({ shape: [3, 29, 29] })).not.toContain('super-resolution')
  expect(
    settingsOf(new Map([['factor', '3']]), usualSettings(pictures), { ...pictures, shape: [1, 28, 28] }).problems,
  ).toHaveLength(1)
})
