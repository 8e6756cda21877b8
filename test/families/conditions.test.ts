/** What a user asks for → what a network is told; and networks that learn from what they are told. */
import { describe, expect, it } from 'vitest'
import { assert, nat, property, stringMatching, uniqueArray } from 'fast-check'
import { openModel } from '../../src/app/open.ts'
import { train } from '../../src/app/train.ts'
import { nothing } from '../../src/compiled/condition-feeds.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { key, normal } from '../../src/engine/random/index.ts'
import { conditionsFor, describeConditions, labelsFor } from '../../src/families/conditions.ts'
import { type ArrayDataset, createDataset } from '../../src/files/data/dataset.ts'
import { denormalise } from '../../src/files/data/normalise.ts'
import { decodeModelFolder, encodeModelFolder } from '../../src/files/io/model-folder.ts'
import { defaultSpec } from '../../src/families/values/default-spec.ts'
import { generate } from '../../src/families/values/generate.ts'
import { folderOf, type Model } from '../../src/families/values/model.ts'
import { modelOf } from '../../src/families/values/model-of.ts'
import type { TrainSpec } from '../../src/families/values/spec.ts'
import { drawConditions, streamsOf } from '../../src/tools/train/draws.ts'
import { fold, uniform } from '../../src/engine/random/index.ts'

const animals = ['tench, Tinca tinca', 'goldfish', 'all', 'cat', 'cat,dog', 'dog']
const classes = { spec: { kind: 'class', classes: 7 }, classNames: animals, nothing: Int32Array.of(6) } as const

describe('classes by name', () => {
  it.each([
    ['goldfish', 3, [1, 1, 1]],
    ['4', 1, [4]],
    ['tench, Tinca tinca', 2, [0, 0]],
    ['tench, Tinca tinca,goldfish', 4, [0, 1, 0, 1]],
    ['goldfish, tench, Tinca tinca ,3', 3, [1, 0, 3]],
    // a name is taken whole, the longest first
    ['all', 2, [2, 2]],
    ['cat,dog', 2, [4, 4]],
    ['dog,cat', 2, [5, 3]],
    ['cat,cat,dog', 2, [3, 4]],
  ])('%s', (text, count, expected) => {
    expect([...conditionsFor(classes, text, count)]).toEqual(expected)
  })

  it('all of them in turn, where no class is called all', () => {
    const plain = { ...classes, classNames: ['a', 'b', 'c'] }
    expect([...conditionsFor(plain, 'all', 4)]).toEqual([0, 1, 2, 0])
  })

  it('as values: numbers, lists, and nothing', () => {
    expect([...conditionsFor(classes, 3, 2)]).toEqual([3, 3])
    expect([...conditionsFor(classes, ['dog', 1, null], 3)]).toEqual([5, 1, 6])
    expect([...conditionsFor(classes, null, 2)]).toEqual([6, 6])
  })

  it('every list of names is found again, whatever commas they hold', () => {
    const names = uniqueArray(stringMatching(/^[a-z]{1,4}(, [A-Z]{1,3})?$/), { minLength: 1, maxLength: 6 })
    assert(
      property(names, nat(), (classNames, pick) => {
        const each = pick % classNames.length
        const description = { spec: { kind: 'class', classes: classNames.length } as const, classNames }
        if (!classNames.includes('all')) expect([...conditionsFor(description, classNames[each]!, 1)]).toEqual([each])
        const list = classNames.join(',')
        expect([...conditionsFor(description, list, classNames.length)]).toEqual(classNames.map((_, i) => i))
      }),
    )
  })

  it.each([
    ['goldfisch', "class: there is no class 'goldfisch'"],
    ['goldfish,', "there is no class ''"],
    ['6', "there is no class '6'"],
    ['1.5', "there is no class '1.5'"],
  ])('refuses %s', (text, message) => {
    expect(() => conditionsFor(classes, text, 1)).toThrow(message)
  })

  it('says what the user knows the option as', () => {
    expect(() => conditionsFor(classes, 'x', 1, { option: '--class' })).toThrow("--class: there is no class 'x'")
    expect(() => conditionsFor({ ...classes, classNames: [] }, '1', 1)).toThrow('the model has no classes')
    expect(() => conditionsFor({ ...classes, nothing: undefined }, null, 1)).toThrow('cannot be left out')
    expect(() => conditionsFor(classes, [], 1)).toThrow('no class is named')
  })

  it('or by number for a whole batch', () => {
    const model = { network: { conditions: { labels: classes.spec } }, classNames: animals, unconditionalLabel: 6 }
    expect([...labelsFor(model, 3, undefined, 'in turn')!]).toEqual([0, 1, 2])
    expect([...labelsFor(model, 3, undefined, 'nothing')!]).toEqual([6, 6, 6])
    expect([...labelsFor(model, 2, [4, 5], 'nothing')!]).toEqual([4, 5])
    expect(() => labelsFor(model, 2, [4], 'in turn')).toThrow('1 classes for 2 items')
    expect(() => labelsFor({ ...model, unconditionalLabel: undefined }, 2, undefined, 'nothing')).toThrow(
      'needs a class',
    )
    const free = { network: { conditions: {} }, classNames: [] }
    expect(labelsFor(free, 2, undefined, 'in turn')).toBeUndefined()
    expect(() => labelsFor(free, 1, [0], 'in turn')).toThrow('the model is unconditional')
    expect([...labelsFor(free, 3, undefined, 'in turn', ['a', 'b'])!]).toEqual([0, 1, 0])
    for (const wrong of [7, -1, 1.5, Number.NaN]) {
      expect(() => labelsFor(model, 1, [wrong], 'in turn')).toThrow(`class ${wrong}: the model has the classes 0 … 6`)
      expect(() => labelsFor(free, 1, [wrong], 'in turn', ['a'])).toThrow('the classifier has the classes 0 … 0')
    }
  })
})

describe('vectors, images and tokens', () => {
  const conditions = {
    pose: { kind: 'vector', size: 2, nothing: true },
    small: { kind: 'image', shape: [1, 1, 2], nothing: true },
    words: { kind: 'tokens', length: 2, vocabulary: 5, nothing: true },
    must: { kind: 'vector', size: 1 },
  } as const
  const model = { network: { conditions }, classNames: [] }
  const { pose, small, words, must } = describeConditions(model)

  it('of one item for all, or of each, with the flag that there is something', () => {
    expect([...conditionsFor(pose!, Float32Array.of(3, 4), 2)]).toEqual([3, 4, 1, 3, 4, 1])
    expect([...conditionsFor(pose!, [1, 2, 3, 4], 2)]).toEqual([1, 2, 1, 3, 4, 1])
    expect([...conditionsFor(small!, [5, 6], 1)]).toEqual([5, 6, 1, 1])
    expect([...conditionsFor(words!, [1, 2], 2)]).toEqual([1, 2, 1, 2])
    expect([...conditionsFor(must!, [7], 1)]).toEqual([7])
  })

  it('nothing', () => {
    expect([...conditionsFor(pose!, null, 2)]).toEqual([0, 0, 0, 0, 0, 0])
    expect([...conditionsFor(words!, null, 1)]).toEqual([5, 5])
    expect(Object.keys(nothing(model))).toEqual(['pose', 'small', 'words'])
    expect(() => conditionsFor(must!, null, 1)).toThrow('cannot be left out')
  })

  it('refuses what does not fit', () => {
    expect(() => conditionsFor(pose!, [1, 2, 3], 2)).toThrow('3 numbers for 2 items of 2')
    expect(() => conditionsFor(pose!, [1, Number.NaN], 1)).toThrow('not all of its numbers are finite')
    expect(() => conditionsFor(pose!, 'left', 1)).toThrow('no list of numbers')
  })

  it('are drawn and left out by streams of their own', () => {
    const source = { pose: [1, 2, 3, 4], small: [5, 6, 7, 8], words: [0, 1, 2, 3], must: [9, 10] }
    const feeds = {
      pose: new Float32Array(24),
      small: new Float32Array(32),
      words: new Int32Array(16),
      must: new Float32Array(8),
    }
    const [streams, step, indices] = [streamsOf({ seed: 1 }), 4, [0, 1, 0, 1, 0, 1, 0, 1]]
    drawConditions(conditions, source, { streams, step, indices, dropout: 0.5, noClass: 0 }, feeds)
    for (const [name, some, none] of [
      ['pose', [1, 2, 1], [0, 0, 0]],
      ['small', [5, 6, 1, 1], [0, 0, 0, 0]],
      ['words', [0, 1], [5, 5]],
    ] as const) {
      const draws = uniform(fold(streams.labels, name, step), new Float64Array(8))
      const size = some.length
      for (const item of [0, 2, 4, 6]) {
        const got = [...feeds[name].subarray(item * size, (item + 1) * size)]
        expect(got).toEqual(draws[item]! < 0.5 ? none : some)
      }
    }
    expect([...feeds.must]).toEqual([9, 10, 9, 10, 9, 10, 9, 10])
    expect(() => drawConditions(conditions, {}, { streams, step, indices, dropout: 0, noClass: 0 }, feeds)).toThrow(
      'pose',
    )
  })
})

/** Trains on a data set of which the conditions say everything. */
async function trained(dataset: ArrayDataset, spec: TrainSpec): Promise<Model> {
  let model: Model | undefined
  for await (const event of train({ spec, dataset, engine: await nodeEngine() })) {
    if (event.type === 'checkpoint') model = event.model as Model
  }
  return modelOf(decodeModelFolder(encodeModelFolder(folderOf(model!))))
}

describe('what a condition determines is learned', () => {
  const optimizer = { rate: 5e-3, warmup: 10, ema: 0.9 }

  it('a regression: points that are a linear function of a vector', async () => {
    const length = 400
    const c = normal(key('c'), new Float32Array(2 * length))
    const data = c.map((_, i) => (i % 2 === 0 ? 2 * c[i]! - c[i + 1]! : c[i - 1]! + 0.5 * c[i]!))
    const dataset = { ...createDataset({ name: 'line', kind: 'points', shape: [2], data }), conditions: { pose: c } }
    const conditions = { pose: { kind: 'vector', size: 2, nothing: true } }
    const base = defaultSpec({ ...dataset, classes: 0 }, { budget: { steps: 500 }, batch: 64, optimizer })
    const spec = { ...base, network: { className: 'MLP', config: { input_shape: [2], width: 64, conditions } } }
    const model = await trained(dataset, { ...spec, objective: { ...base.objective, labelDropout: 0.1 } })
    const asked = Float32Array.of(0.5, -1, 1, 0.3, -0.7, 0.2)
    const pose = conditionsFor(describeConditions(model)['pose']!, asked, 3) as Float32Array
    const { items } = await generate(model, await nodeEngine(), { count: 3, seed: 1, conditions: { pose } })
    const values = denormalise(model.scale, items)
    for (let i = 0; i < 3; i++) {
      const [a, b] = [asked[2 * i]!, asked[2 * i + 1]!]
      const got = values.subarray(2 * i, 2 * i + 2)
      expect(Math.abs(got[0]! - (2 * a - b))).toBeLessThan(0.5)
      expect(Math.abs(got[1]! - (a + 0.5 * b))).toBeLessThan(0.5)
    }
    using painter = await openModel(model, { engine: await nodeEngine() })
    const told = { count: 3, seed: 1, condition: { pose: asked } }
    expect((await painter.draw(told)).array().data).toEqual(denormalise(model.scale, items))
    const one = await painter.draw({ ...told, condition: { pose: [0.5, 0.25] } })
    expect((await painter.draw({ ...told, condition: [['pose', '0.5,0.25']] as never })).array()).toEqual(one.array())
    await expect(painter.draw({ ...told, condition: { pos: [1, 2] } })).rejects.toThrow("no condition 'pos'")
    const two = { count: 2, seed: 1, conditions: { pose: pose.slice(0, 6) }, guidance: 0.5 }
    expect((await generate(model, await nodeEngine(), two)).items.every(Number.isFinite)).toBe(true)
    await expect(trained({ ...dataset, conditions: { pose: c.slice(2) } }, spec)).rejects.toThrow(
      'the network needs the condition pose, 800 numbers for all items; the data have 798',
    )
  })

  it('a picture from a picture', async () => {
    const [length, size] = [64, 16]
    const u = uniform(key('pictures'), new Float64Array(length))
    const data = Uint8Array.from({ length: length * size }, (_, i) =>
      ((i % size) + Math.floor(u[Math.floor(i / size)]! * 4)) % 4 < 2 ? 230 : 25,
    )
    const picture = Float32Array.from(data, (value) => value / 127.5 - 1)
    const dataset = {
      ...createDataset({ name: 'stripes', kind: 'image', shape: [1, 4, 4], data }),
      conditions: { picture },
    }
    const base = defaultSpec(
      { ...dataset, classes: 0 },
      { budget: { steps: 150 }, batch: 16, patch: 1, unet: { widths: [8] }, optimizer, selfConditioning: false },
    )
    const config = { ...base.network.config, conditions: { picture: { kind: 'image', shape: [1, 4, 4] } } }
    const model = await trained(dataset, { ...base, network: { ...base.network, config } })
    const wanted = picture.slice(0, 3 * size)
    const { items } = await generate(model, await nodeEngine(), { count: 3, seed: 2, conditions: { picture: wanted } })
    const error = items.reduce((sum, value, i) => sum + (value - wanted[i]!) ** 2, 0) / items.length
    expect(error).toBeLessThan(0.15)
    await expect(generate(model, await nodeEngine(), { count: 1 })).rejects.toThrow(
      'the model needs the condition picture',
    )
  })
})
