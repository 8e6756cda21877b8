/** Training on transformed pictures: what is done is told, is a function of seed, step and place alone, and is nothing when a model draws. */
import { describe, expect, it } from 'vitest'
import { input } from '../../../src/engine/graph/index.ts'
import { evaluate } from '../../../src/engine/graph/reference/evaluate.ts'
import { conditionShape } from '../../../src/engine/nn/condition-spec.ts'
import { parametersOf, Scope } from '../../../src/engine/nn/index.ts'
import { key } from '../../../src/engine/random/index.ts'
import { asTheyAre } from '../../../src/families/values/augmented/augmentation.ts'
import { learnedAugmentation } from '../../../src/families/values/augmented/learned-augmentation.ts'
import { drawTransform } from '../../../src/families/values/augmented/transforms.ts'
import { folderOf } from '../../../src/families/values/model.ts'
import { modelOf } from '../../../src/families/values/model-of.ts'
import { networkOf } from '../../../src/families/network-of.ts'
import { transformNames } from '../../../src/families/values/options/transform-names.ts'
import { valueProblem } from '../../../src/families/values/problem.ts'
import { specOf } from '../../../src/families/values/spec-of.ts'
import { createDataset } from '../../../src/files/data/dataset.ts'
import { warpPicture } from '../../../src/files/data/warp.ts'
import { parameterFeeds, random } from '../../engine/nn/run.ts'

const letters = createDataset({
  name: 'letters',
  kind: 'image',
  shape: [1, 8, 8],
  data: Uint8Array.from({ length: 6 * 64 }, (_, i) => (i * 37) % 256),
})
const options = { steps: 2, batch: 4, widths: [8], depth: 1, attention: 'none', seed: 5 }
const augmented = await specOf(letters, { ...options, augment: 0.5 }, {})

describe('a transform', () => {
  const all = { probability: 1, transforms: transformNames.filter((name) => name !== 'tilt') }

  it('says how far it shifts, and shifts so far', () => {
    const { back, told } = drawTransform(key(1), 3, { probability: 1, transforms: ['shift'] }, [8, 8])
    const [right, down] = told.slice(7)
    expect(right! ** 2 + down! ** 2).toBeGreaterThan(0)
    expect(told.slice(0, 7)).toEqual([0, 0, 0, 0, 0, 0, 0])
    const dot = new Float32Array(64)
    dot[3 * 8 + 3] = 1
    const out = warpPicture(dot, [1, 8, 8], back, new Float32Array(64))
    expect(out[(3 + down!) * 8 + 3 + right!]).toBe(1)
  })

  it('is another at each position, and none where none is drawn', () => {
    const at = (position: number) => drawTransform(key(1), position, all, [8, 8])
    expect(at(2)).toEqual(at(2))
    expect(at(3)).not.toEqual(at(2))
    const never = drawTransform(key(1), 2, { ...all, probability: 0 }, [8, 8])
    expect(never).toEqual({ back: [1, 0, 0, 0, 1, 0], told: [0, 0, 0, 0, 0, 0, 0, 0, 0] })
  })

  it.each([0.12, 0.6])('is as frequent as it shall be: %f', (probability) => {
    const count = 4000
    const counts = { mirror: 0, turned: 0, both: 0 }
    for (let position = 0; position < count; position++) {
      const { told } = drawTransform(key(9), position, { probability, transforms: ['mirror', 'turn'] }, [8, 8])
      const [mirrored, turned] = [told[0] !== 0, told[4] !== 0]
      if (mirrored) counts.mirror++
      if (turned) counts.turned++
      if (mirrored && turned) counts.both++
    }
    const within = (share: number): number => 4 * Math.sqrt((share * (1 - share)) / count)
    expect(Math.abs(counts.mirror / count - probability)).toBeLessThan(within(probability))
    expect(Math.abs(counts.turned / count - probability)).toBeLessThan(within(probability))
    expect(Math.abs(counts.both / count - probability ** 2)).toBeLessThan(within(probability ** 2))
  })
})

const problem = await valueProblem(augmented, letters)

describe('a batch', () => {
  const filled = (step: number) => {
    const batch = problem.emptyBatch()
    problem.fill(batch, step)
    return batch.feeds
  }

  it('is a function of the step, and its noise and order are those of a run without', async () => {
    const plain = await valueProblem(await specOf(letters, options, {}), letters)
    const untold = plain.emptyBatch()
    plain.fill(untold, 7)
    const { x0, epsilon, t, augmentation } = filled(7)
    expect(filled(7)).toEqual({ ...filled(7) })
    expect([epsilon, t]).toEqual([untold.feeds.epsilon, untold.feeds.t])
    const told = Array.from({ length: 4 }, (_, j) => [...augmentation!.subarray(10 * j, 10 * j + 10)])
    for (const [j, numbers] of told.entries()) {
      const pictures = [x0!, untold.feeds.x0!].map((all) => [...all.subarray(64 * j, 64 * j + 64)])
      // a flag says that something was done
      if (numbers.some((value) => value !== 0)) expect(numbers.at(-1)).toBe(1)
      else expect(pictures[0]).toEqual(pictures[1])
    }
    expect(told.some((numbers) => numbers.some((value) => value !== 0))).toBe(true)
  })

  it('of more items is the items of smaller ones', () => {
    const run = { seed: 5, augment: { probability: 0.7, transforms: transformNames } }
    const [two, four] = [new Float32Array(128), new Float32Array(256)]
    for (const each of [two, four]) each.set(Float32Array.from({ length: each.length }, (_, i) => Math.sin(i % 64)))
    const { changed } = learnedAugmentation(run, networkOf(augmented.network, {}), letters.shape)
    changed!(four, 3, 4)
    changed!(two, 6, 2)
    expect(four.subarray(0, 128)).toEqual(two)
  })
})

describe('a model', () => {
  const network = networkOf(augmented.network, {})
  const layout = parametersOf(network)
  const flat = random('weights', layout.size)
  const drawing = asTheyAre(network)
  const output = (of: typeof network, conditions: Record<string, Float32Array>): number[] => {
    const shapes = { x: [1, ...network.inputShape], t: [1] }
    const inputs = { x: input('x', shapes.x), t: input('t', shapes.t) }
    const told = { ...conditions, estimate: new Float32Array(128) }
    const shapeOf = (name: string) => [1, ...conditionShape(network.conditions[name]!)]
    const given = Object.fromEntries(Object.keys(told).map((name) => [name, input(name, shapeOf(name))]))
    const y = of.build(new Scope(), { ...inputs, conditions: given })
    const feeds = { ...parameterFeeds(layout, flat), x: random('x', 64), t: Float32Array.of(700), ...told }
    return [...evaluate([y], feeds)[0]!.data]
  }

  it('hears by itself that nothing was done', () => {
    expect(Object.keys(drawing.conditions)).toEqual(['estimate'])
    expect(parametersOf(drawing).size).toBe(layout.size)
    const told = output(network, { augmentation: new Float32Array(10) })
    expect(output(drawing, {})).toEqual(told)
    expect(output(network, { augmentation: new Float32Array(10).fill(1) })).not.toEqual(told)
    expect(asTheyAre(drawing)).toBe(drawing)
  })

  it('opens again as the same network', async () => {
    const { snapshot } = await valueProblem(augmented, letters)
    const model = await snapshot({ step: 2, average: flat } as Parameters<typeof snapshot>[0])
    expect(model.meta.objective).toMatchObject({ augment: { probability: 0.5 } })
    const folder = folderOf(model)
    const opened = modelOf({ ...folder, network, meta: model.meta } as Parameters<typeof modelOf>[0])
    expect(Object.keys(opened.network.conditions)).toEqual(['estimate'])
    expect(opened.network.config).toEqual(network.config)
  })
})

it.each([
  [{ augmentWith: ['mirror'] }, /how often/],
  [{ augment: 0.1, augmentWith: ['turn', 'tilt'] }, /any angle/],
  [
    {
      augment: 0.1,
      network: { className: 'UNet2DModel', config: { conditions: { augmentation: { kind: 'vector', size: 2 } } } },
    },
    /not told of transforms/,
  ],
])('refuses %j', async (more, message) => {
  const { widths: _, depth: __, attention: ___, ...rest } = options
  await expect(specOf(letters, { ...rest, ...more }, {})).rejects.toThrow(message)
})
