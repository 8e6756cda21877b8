/** Samples are judged rightly where the truth is known: real data, shuffled labels, noise, copies. */
import { beforeAll, describe, expect, test } from 'vitest'
import { builtinDataset, createDataset, select, take } from '../../../src/files/data/index.ts'
import type { ArrayDataset } from '../../../src/files/data/index.ts'
import { digestOfDataset } from '../../../src/tools/eval/digest.ts'
import { encodeClassifier, evaluateModel, evaluateSamples, formatReport } from '../../../src/eval.ts'
import { memoryStore, trainClassifier } from '../../../src/eval.ts'
import type { Classifier, ImageComparison, PointComparison } from '../../../src/eval.ts'
import { applyClassifier } from '../../../src/tools/eval/classifier.ts'
import { allItems } from '../../../src/tools/eval/items.ts'
import { classifierFile } from '../../../src/tools/eval/reference.ts'
import { schedulerOf } from '../../../src/families/values/model.ts'
import { modelOf } from '../../../src/families/values/model-of.ts'
import { sealed } from '../../../src/tools/eval/store.ts'
import { parseTweedieMeta } from '../../../src/files/io/tweedie-meta.ts'
import { initialize } from '../../../src/engine/nn/initialize.ts'
import { mlp } from '../../../src/engine/nn/mlp.ts'
import { parametersOf } from '../../../src/engine/nn/network.ts'
import { integers, key, permutation } from '../../../src/engine/random/index.ts'
import { nodeEngine } from '../../../src/engine/runtime/node/index.ts'

const engine = await nodeEngine()
const training = builtinDataset('glyphs', { length: 600, seed: 1 })
const fresh = builtinDataset('glyphs', { length: 400, seed: 2 })
const noise = createDataset({ ...fresh, data: Uint8Array.from(integers(key(3), fresh.data.length, 0, 256)) })
const store = memoryStore()
let classifier: Classifier

beforeAll(async () => {
  classifier = await trainClassifier(training, engine, { steps: 180, batch: 32, seed: 5 })
  await store.write(classifierFile, sealed(encodeClassifier({ ...classifier, data: await digestOfDataset(training) })))
}, 60_000)

const judge = (samples: ArrayDataset, options = {}) => evaluateSamples(samples, training, engine, { store, ...options })
const images = async (samples: ArrayDataset, options = {}): Promise<ImageComparison> =>
  (await judge(samples, options)).comparisons[0] as ImageComparison

describe('the classifier', () => {
  test('recognises glyphs that it has not seen', async () => {
    const { predicted, features } = await applyClassifier(classifier, allItems(fresh), engine)
    const hits = predicted.filter((label, i) => label === fresh.labels![i]).length
    expect(hits / fresh.length).toBeGreaterThan(0.95)
    expect(classifier.accuracy).toBeGreaterThan(0.9)
    expect([features.count, features.dimension]).toEqual([400, 64])
  })

  test('is the same for the same seed', async () => {
    const few = take(training, 60)
    const [a, b, c] = [
      await trainClassifier(few, engine, { steps: 3, batch: 8, seed: 1 }),
      await trainClassifier(few, engine, { steps: 3, batch: 8, seed: 1 }),
      await trainClassifier(few, engine, { steps: 3, batch: 8, seed: 2 }),
    ]
    expect(b.params).toEqual(a.params)
    expect(c.params).not.toEqual(a.params)
  })

  test('needs classes', async () => {
    await expect(
      trainClassifier({ ...training, labels: undefined, classNames: undefined }, engine),
    ).rejects.toMatchObject({
      code: 'data',
    })
  })
})

describe('images', () => {
  test('new real ones are recognised, at no distance, and no copies', async () => {
    const report = await judge(fresh)
    const { rate, classes, classifier: known } = report.recognition!
    expect(rate.value).toBeGreaterThan(0.95)
    expect(known).toEqual({ accuracy: classifier.accuracy, heldOut: 60 })
    expect(classes.map(({ name }) => name)).toEqual([...'0123456789'])
    expect(classes.reduce((sum, { samples }) => sum + samples, 0)).toBe(400)
    const { frechet, kernel, precisionRecall } = report.comparisons[0] as ImageComparison
    expect(Math.abs(frechet.corrected)).toBeLessThan(4 * frechet.standardError)
    expect(Math.abs(kernel.value)).toBeLessThan(4 * kernel.standardError)
    expect(precisionRecall.precision).toBeGreaterThan(0.6)
    expect(precisionRecall.recall).toBeGreaterThan(0.6)
    expect(report.memorisation!.copies).toBeLessThan(0.01)
    expect(report.memorisation!.ratio).toBeGreaterThan(0.9)
    expect(report.memorisation!.ratio).toBeLessThan(1.1)
    expect(report.warnings).toEqual([])
  })

  test('the training items themselves are copies, on their own manifold', async () => {
    const { comparisons, memorisation } = await judge(training)
    const { precisionRecall, frechet } = comparisons[0] as ImageComparison
    expect([precisionRecall.precision, precisionRecall.recall]).toEqual([1, 1])
    expect(frechet.distance).toBeLessThan(1e-6)
    expect([memorisation!.copies, memorisation!.sampleDistance, memorisation!.ratio]).toEqual([1, 0, 0])
  })

  test('shuffled labels are recognised by chance', async () => {
    const order = permutation(key(7), fresh.length)
    const shuffled = createDataset({ ...fresh, labels: Int32Array.from(order, (i) => fresh.labels![i]!) })
    const { rate } = (await judge(shuffled)).recognition!
    expect(rate.standardError).toBeCloseTo(Math.sqrt((rate.value * (1 - rate.value)) / 400), 12)
    expect(Math.abs(rate.value - 0.1)).toBeLessThan(4 * rate.standardError)
  })

  test('noise is far away', async () => {
    const [near, far] = [await images(fresh), await images(noise)]
    expect(far.frechet.corrected).toBeGreaterThan(20 * near.frechet.distance)
    expect(far.kernel.value).toBeGreaterThan(20 * far.kernel.standardError)
    expect(far.precisionRecall.precision).toBeLessThan(0.05)
  })

  test('without labels random convolutions tell noise from data', async () => {
    const plain = (set: ArrayDataset) => Object.freeze({ ...set, labels: undefined, classNames: undefined })
    const report = async (set: ArrayDataset) => evaluateSamples(plain(set), plain(training), engine, { store })
    const [near, far] = [await report(fresh), await report(noise)]
    expect(near.recognition).toBeUndefined()
    expect(near.features).toEqual({ name: 'random convolutions', dimension: 64 })
    const [a, b] = [near.comparisons[0] as ImageComparison, far.comparisons[0] as ImageComparison]
    expect(Math.abs(a.frechet.corrected)).toBeLessThan(4 * a.frechet.standardError)
    expect(b.frechet.corrected).toBeGreaterThan(20 * a.frechet.distance)
  })

  test('held-back data are compared with too', async () => {
    const { comparisons } = await judge(fresh, { heldOut: fresh })
    expect(comparisons.map(({ part, items }) => [part, items])).toEqual([
      ['training', 600],
      ['held-out', 400],
    ])
    expect((comparisons[1] as ImageComparison).frechet.distance).toBeLessThan(1e-6)
  })

  test('what can be found in the store is not computed again, and broken files are', async () => {
    const own = memoryStore()
    const phases = async () => {
      const seen = new Set<string>()
      const report = await evaluateSamples(take(fresh, 40), take(training, 80), engine, {
        store: own,
        onProgress: (phase) => seen.add(phase),
      })
      return { trained: seen.has('training a classifier'), report }
    }
    await own.write(
      classifierFile,
      sealed(encodeClassifier({ ...classifier, data: await digestOfDataset(take(training, 80)) })),
    )
    const first = await phases()
    const second = await phases()
    expect([first.trained, second.trained]).toEqual([false, false])
    expect(second.report).toEqual(first.report)
    expect(first.report.warnings.length).toBe(2)
    await own.write(classifierFile, Uint8Array.of(1, 2, 3))
    const stop = new AbortController()
    const again = evaluateSamples(take(fresh, 40), take(training, 80), engine, {
      store: own,
      signal: stop.signal,
      onProgress: (phase) => phase === 'training a classifier' && stop.abort(new Error('trained anew')),
    })
    await expect(again).rejects.toThrow('trained anew')
  })

  test('too few, or of another size, are refused', async () => {
    await expect(judge(take(fresh, 19))).rejects.toMatchObject({ code: 'usage' })
    await expect(evaluateSamples(fresh, take(training, 19), engine)).rejects.toMatchObject({ code: 'data' })
    await expect(evaluateSamples(fresh, builtinDataset('shapes', { length: 30 }), engine)).rejects.toMatchObject({
      code: 'data',
    })
  })
})

describe('points', () => {
  const moons = builtinDataset('moons', { length: 1500, seed: 1 })
  const points = async (samples: ArrayDataset) =>
    (await evaluateSamples(samples, moons, engine)).comparisons[0] as PointComparison

  test('real ones are as near as real ones are', async () => {
    const { slicedWasserstein, slicedWassersteinFloor, energy } = await points(
      builtinDataset('moons', { length: 500, seed: 2 }),
    )
    expect(slicedWasserstein).toBeLessThan(2.5 * slicedWassersteinFloor)
    expect(Math.abs(energy.value)).toBeLessThan(4 * energy.standardError)
  })

  test('a shift by one standard deviation in x is seen at its size', async () => {
    const { scale } = moons.affine!
    const shifted = createDataset({
      ...moons,
      data: moons.data.map((value, i) => value + (i % 2 === 0 ? scale[0]! : 0)) as Float32Array<ArrayBuffer>,
    })
    const { slicedWasserstein, energy } = await points(shifted)
    // In the mean over directions θ of the plane, cos² θ is one half.
    expect(slicedWasserstein).toBeGreaterThan(0.6)
    expect(slicedWasserstein).toBeLessThan(0.8)
    expect(energy.value).toBeGreaterThan(10 * energy.standardError)
  })
})

describe('a model', () => {
  const network = mlp({ input_shape: [1, 28, 28], width: 8, layers: 1, num_class_embeds: 11 })
  const layout = parametersOf(network)
  const model = modelOf({
    network: { className: network.className, config: network.config },
    weights: layout.toMap(initialize(layout, key(1))),
    scheduler: schedulerOf('linear', 100, 'epsilon'),
    meta: parseTweedieMeta({
      data: {
        name: 'glyphs',
        kind: 'image',
        shape: [1, 28, 28],
        range: [0, 255],
        classNames: [...'0123456789'],
        unconditionalLabel: 10,
      },
      objective: { parametrisation: 'epsilon' },
    }),
  } as Parameters<typeof modelOf>[0])

  test('that has learned nothing is recognised by chance; the same seed gives the same report', async () => {
    const options = { count: 200, seed: 4, store, batch: 64 }
    const report = await evaluateModel(model, training, engine, options)
    expect(report.samples).toBe(200)
    expect(report.recognition!.rate.value).toBeLessThan(0.3)
    expect((report.comparisons[0] as ImageComparison).frechet.corrected).toBeGreaterThan(1)
    expect(await evaluateModel(model, training, engine, options)).toEqual(report)
    const text = formatReport(report)
    expect(text).toMatch(/recognised as their class +\d+\.\d % ± \d\.\d %/)
    expect(text).toMatch(/Fréchet distance +\d/)
  })

  test('draws classes as often as they are in the data, or equally often', async () => {
    const skewed = select(
      training,
      Array.from({ length: 600 }, (_, i) => i).filter((i) => training.labels![i]! < 2),
    )
    const zeros = skewed.labels!.filter((label) => label === 0).length
    const counts = async (classes: 'data' | 'balanced') => {
      const options = { count: 40, classes, store: memoryStore(), features: flat }
      return (await evaluateModel(model, skewed, engine, { ...options, store })).recognition!.classes.map(
        ({ samples }) => samples,
      )
    }
    await store.write(classifierFile, encodeClassifier({ ...classifier, data: await digestOfDataset(skewed) }))
    expect(await counts('balanced')).toEqual(Array.from({ length: 10 }, () => 4))
    expect((await counts('data'))[0]).toBeCloseTo((40 * zeros) / skewed.length, -0.5)
    expect((await counts('data')).slice(2)).toEqual(Array.from({ length: 8 }, () => 0))
  })

  test('is not judged by data of another kind', async () => {
    for (const name of ['shapes', 'moons'] as const) {
      await expect(evaluateModel(model, builtinDataset(name, { length: 30 }), engine)).rejects.toMatchObject({
        code: 'data',
      })
    }
    await expect(evaluateModel(model, training, engine, { count: 5 })).rejects.toMatchObject({ code: 'usage' })
  })
})

/** The mean of each image: one feature, quickly. */
const flat = {
  name: 'mean',
  id: 'mean',
  extract: async (items: Float32Array) => {
    const data = new Float32Array(items.length / 784)
    items.forEach((value, i) => (data[Math.floor(i / 784)]! += value / 784))
    return { data, count: data.length, dimension: 1 }
  },
}
