/** Scenes: what they show, what captions say, what is never seen together; and reading them off pictures. */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fold, key, normal } from '../../../src/engine/random/index.ts'
import { drawScene } from '../../../src/files/data/builtin/draw-scene.ts'
import { readScene } from '../../../src/files/data/builtin/read-scene.ts'
import { askedScene, sceneCaptions } from '../../../src/files/data/builtin/scene-captions.ts'
import {
  colourNames,
  formNames,
  isUnseen,
  randomScene,
  type Scene,
  scenePlaces,
} from '../../../src/files/data/builtin/scene.ts'
import { openDataset } from '../../../src/files/data/node/index.ts'

const run = key('scenes test')
const random = (kind: 'seen' | 'unseen' | 'any') => fc.integer().map((seed) => randomScene(key(seed), kind))
const all = colourNames.flatMap((colour) =>
  formNames.flatMap((form) => scenePlaces.map((place) => ({ colour, form, place }))),
)

describe('combinations', () => {
  test('a ninth is unseen, and each two of colour, form and place are seen together', () => {
    expect(all.filter(isUnseen)).toHaveLength(all.length / 9)
    const seen = all.filter((each) => !isUnseen(each))
    const pairs = (of: typeof all): number =>
      new Set(of.flatMap(({ colour, form, place }) => [`${colour} ${form}`, `${colour} ${place}`, `${form} ${place}`]))
        .size
    expect(pairs(seen)).toBe(pairs(all))
  })

  test('training shows none of them, a test always one', () => {
    fc.assert(fc.property(random('seen'), (scene) => !scene.some(isUnseen)))
    fc.assert(fc.property(random('unseen'), (scene) => isUnseen(scene[0]!)))
  })

  test('figures have places of their own', () => {
    fc.assert(fc.property(random('any'), (scene) => new Set(scene.map(({ place }) => place)).size === scene.length))
  })
})

describe('captions', () => {
  test('say what is there', () => {
    expect(sceneCaptions([{ colour: 'red', form: 'circle', place: 'at the top left' }])).toEqual([
      'a red circle at the top left',
      'at the top left: a red circle',
      'a red circle',
    ])
    const crosses = (['on the left', 'in the middle', 'at the bottom'] as const).map(
      (place) => ({ colour: 'blue', form: 'cross', place }) as const,
    )
    expect(sceneCaptions(crosses)).toEqual([
      'three blue crosses',
      'three blue crosses, on the left, in the middle and at the bottom',
    ])
  })

  test('are read back to what they ask for', () => {
    fc.assert(
      fc.property(random('any'), (scene) => {
        for (const caption of sceneCaptions(scene)) {
          const asked = askedScene(caption)!
          expect(asked).toHaveLength(scene.length)
          for (const { colour, form, place } of asked) {
            expect(scene).toContainEqual(expect.objectContaining({ colour, form, ...(place && { place }) }))
          }
        }
      }),
    )
    expect(askedScene('a photo of a cat')).toBeUndefined()
  })
})

/** How many facts about so many scenes are read wrongly, with noise of this strength. */
function misread(count: number, noise: number): { readonly wrong: number; readonly facts: number } {
  let [wrong, facts] = [0, 0]
  for (let i = 0; i < count; i++) {
    const own = fold(run, i)
    const scene = randomScene(own, 'any')
    const image = new Uint8Array(3 * 32 * 32)
    drawScene(scene, fold(own, 'draw'), image)
    const z = normal(fold(own, 'noise'), new Float64Array(image.length))
    const found = readScene(Float64Array.from(image, (value, at) => value + noise * z[at]!))
    facts += 1 + 3 * scene.length
    if (found.length !== scene.length) wrong++
    for (const { place, colour, form } of scene) {
      const own = found.find((each) => each.place === place)
      wrong += Number(own === undefined) + Number(own?.colour !== colour) + Number(own?.form !== form)
    }
  }
  return { wrong, facts }
}

describe('reading a scene off its picture', () => {
  test.each([
    [0, 250],
    [8, 250],
    [16, 250],
  ])('noise of %i of 255: at most one fact in 200 is wrong', (noise, count) => {
    const { wrong, facts } = misread(count, noise)
    expect(wrong / facts).toBeLessThanOrEqual(0.005)
  })

  test('nothing is found where there is nothing, and a blot is no form', () => {
    expect(readScene(new Uint8Array(3 * 32 * 32).fill(30))).toEqual([])
    const blot = new Uint8Array(3 * 32 * 32).fill(20)
    for (let row = 4; row < 8; row++) for (let column = 3; column < 30; column++) blot[row * 32 + column] = 235
    expect(readScene(blot).map(({ form }) => form)).toEqual([undefined])
  })
})

test('the built-in set has captions, with and without what training never shows', async () => {
  const scenes = await openDataset('scenes', { length: 50, captions: true })
  expect(scenes).toMatchObject({ length: 50, shape: [3, 32, 32] })
  const asked = (set: typeof scenes): Scene =>
    set.captions!.flatMap((texts) => askedScene(texts[0]!)!).filter((each): each is Scene[number] => !!each.place)
  expect(asked(scenes).some(isUnseen)).toBe(false)
  expect(asked(await openDataset('scenes', { length: 50, split: 'test' })).some(isUnseen)).toBe(true)
  expect((await openDataset('scenes', { length: 20 })).captions).toEqual(scenes.captions!.slice(0, 20))
})
