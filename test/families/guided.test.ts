/** Trained models under guidance: derivatives, restoration, edits, classifiers. Small networks that know nothing yet do. */
import { describe, expect, it } from 'vitest'
import { builtinDataset } from '../../src/files/data/index.ts'
import { loadBatch } from '../../src/files/data/normalise.ts'
import { frameOf, toNetwork } from '../../src/files/data/frame.ts'
import {
  adjointError,
  averagePooling,
  boxMask,
  clipping,
  gaussianBlur,
  type LinearOperator,
  maskOperator,
  observe,
} from '../../src/diffusion/measure/index.ts'
import { conditioned } from '../../src/diffusion/denoise/conditions.ts'
import { modelClassGradient } from '../../src/families/values/class-gradient.ts'
import {
  classifierView,
  classifyNoisy,
  decodeNoisyClassifier,
  encodeNoisyClassifier,
} from '../../src/families/values/noisy-classifier.ts'
import { edit, interpolate } from '../../src/families/values/edit.ts'
import { throughFrame } from '../../src/families/values/measured-frame.ts'
import { restore } from '../../src/families/values/restore.ts'
import { guidedModel } from '../../src/families/values/guided.ts'
import { modelDenoiser } from '../../src/compiled/denoiser.ts'
import { modelVjp } from '../../src/compiled/vjp.ts'
import { generate } from '../../src/families/values/generate.ts'
import { input } from '../../src/engine/graph/index.ts'
import { evaluate } from '../../src/engine/graph/reference/index.ts'
import { Scope } from '../../src/engine/nn/parameters.ts'
import { key, normal } from '../../src/engine/random/index.ts'
import { nodeEngine } from '../../src/engine/runtime/node/index.ts'
import { defaultSpec } from '../../src/families/values/default-spec.ts'
import { trainNoisyClassifier } from '../../src/families/values/train-noisy-classifier.ts'
import { train } from '../../src/app/train.ts'
import type { Model } from '../../src/families/values/model.ts'

const engine = await nodeEngine()
const glyphs = builtinDataset('glyphs', { length: 96 })

/** A model after a few steps. */
async function trained(patch: number, labelDropout = 0.1, steps = 15): Promise<Model> {
  const spec = defaultSpec(
    { ...glyphs, classes: 10 },
    { budget: { steps }, batch: 8, patch, unet: { widths: [8, 16] }, objective: { labelDropout } },
  )
  let model: Model | undefined
  for await (const event of train({ spec, dataset: glyphs, engine })) {
    if (event.type === 'checkpoint') model = event.model
  }
  return model!
}
const model = await trained(4)
const shape = model.frame.item
const size = shape.reduce((a, b) => a * b, 1)
/** What the network sees of an item. */
const seenSize = model.frame.network.reduce((a, b) => a * b, 1)
const clean = loadBatch(glyphs, [0, 1, 2], new Float32Array(3 * size))
const random = (name: string, length: number): Float32Array => normal(key(name), new Float32Array(length))
const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, v, i) => sum + v * b[i]!, 0)

describe('the derivative of a network', () => {
  it('vᵀ J v is the difference quotient of the mean', async () => {
    using compiled = await modelVjp(model, engine, { batch: 3 })
    const denoiser = conditioned(compiled, { labels: Int32Array.of(1, 2) })
    const [x, v] = [random('x', 2 * seenSize), random('v', 2 * seenSize)]
    for (const t of [0.2, 0.7]) {
      const at = async (h: number) =>
        (
          await denoiser.denoise(
            x.map((value, i) => value + h * v[i]!),
            t,
          )
        ).slice()
      const [up, down] = [await at(0.01), await at(-0.01)]
      const expected = dot(
        v,
        up.map((value, i) => (value - down[i]!) / 0.02),
      )
      const product = await denoiser.vjp(x, t, v)
      expect(product).toHaveLength(v.length)
      expect(dot(v, product) / expected).toBeCloseTo(1, 2)
    }
  })

  it('of a linear misfit comes with the mean in one evaluation, the same as in two', async () => {
    using compiled = await modelVjp(model, engine, { batch: 3 })
    const denoiser = conditioned(compiled, { labels: Int32Array.of(1, 2) })
    const operator = throughFrame(gaussianBlur(shape, 1), model.frame) as LinearOperator
    const x = random('x', 2 * seenSize)
    const y = random('y', 2 * size)
    const unit = Float64Array.from({ length: seenSize ** 2 }, (_, at) => (at % (seenSize + 1) === 0 ? 1 : 0))
    const gram = Float32Array.from(operator.adjoint(operator.forward(unit)))
    const target = Float32Array.from(operator.adjoint(y))
    const mean = (await denoiser.denoise(x, 0.4)).slice()
    const v = operator.adjoint(operator.forward(mean).map((value, k) => y[k]! - value))
    const pulled = await denoiser.vjp(x, 0.4, Float32Array.from(v))
    const both = await denoiser.denoiseAndPull!(x, 0.4, { gram, target })
    both.mean.forEach((value, i) => expect(value).toBeCloseTo(mean[i]!, 4))
    both.pulled.forEach((value, i) => expect(value).toBeCloseTo(pulled[i]!, 3))
  })
})

describe('measurements through patches and padding', () => {
  const frame = frameOf([1, 10, 10], 2, 4)
  it('measure the item, with a transpose and a decomposition', async () => {
    const item = random('item', 100)
    const seen = toNetwork(frame, item, new Float32Array(frame.network.reduce((a, b) => a * b, 1)))
    const operator = averagePooling([1, 10, 10], 2)
    const framed = throughFrame(operator, frame) as LinearOperator
    expect(seen.length).toBeGreaterThan(100)
    expect([...framed.forward(seen)]).toEqual([...operator.forward(item)])
    expect(adjointError(framed)).toBeLessThan(1e-12)
    const svd = framed.svd!()
    const c = svd.coordinates(seen)
    framed.forward(svd.compose(c)).forEach((value, i) => expect(value).toBeCloseTo(framed.forward(seen)[i]!, 10))
    const clip = throughFrame(clipping([1, 10, 10]), frame)
    const [u, v] = [random('u', seen.length), random('v', 100)]
    expect(dot(await clip.pullback(seen, v), u)).toBeCloseTo(dot(await clip.pushforward(seen, u), v), 8)
  })
  it('refuse another shape', () => {
    expect(() => throughFrame(averagePooling([1, 8, 8], 2), frame)).toThrow('the model makes [1, 10, 10]')
  })
})

describe('restore', () => {
  const hole = maskOperator(shape, boxMask(shape, { height: 6, width: 6 }))

  it.each(['mmps', 'pigdm', 'ddrm', 'repaint', 'diffpir'] as const)('%s: agrees with what was seen', async (method) => {
    const observed = await observe(hole, clean, { sigma: 0.05 })
    const options = { count: 3, method, steps: 8, seed: 1, settings: { resample: 2 } }
    const { items, shape: of } = await restore(model, engine, observed, options)
    expect(of).toEqual([3, ...shape])
    const misfit =
      hole.forward(items).reduce((sum, value, k) => sum + (value - observed.y[k]!) ** 2, 0) / observed.y.length
    const { items: free } = await generate(model, engine, { count: 3, seed: 1 })
    const without =
      hole.forward(free).reduce((sum, value, k) => sum + (value - observed.y[k]!) ** 2, 0) / observed.y.length
    expect(misfit).toBeLessThan(0.35 * without)
    const again = await restore(model, engine, observed, { ...options, batch: 2 })
    again.items.forEach((value, i) => expect(Math.abs(value - items[i]!)).toBeLessThan(2e-3))
  })

  it('dps steps as far in all whatever the number of steps', async () => {
    const observed = await observe(hole, clean.subarray(0, size), { sigma: 0.1 })
    const draw = async (settings?: { readonly zeta: number }) =>
      (await restore(model, engine, observed, { count: 1, method: 'dps', steps: 100, settings })).items
    const [unsaid, four, one] = [await draw(), await draw({ zeta: 4 }), await draw({ zeta: 1 })]
    expect(unsaid).toEqual(four)
    expect(unsaid).not.toEqual(one)
  })

  it('dps takes a nonlinear measurement', async () => {
    const observed = await observe(clipping(shape, 2), clean.slice(0, size), { sigma: 0.05 })
    const { items } = await restore(model, engine, observed, { count: 2, method: 'dps', steps: 10 })
    expect(items.every(Number.isFinite)).toBe(true)
  })

  it('one measurement has many answers, and refuses what does not fit', async () => {
    const observed = await observe(gaussianBlur(shape, 1), clean.slice(0, size), { sigma: 0.1 })
    const { items } = await restore(model, engine, observed, { count: 2, method: 'diffpir', steps: 4, labels: [3, 3] })
    expect(items.slice(0, size)).not.toEqual(items.slice(size))
    const attempt = (options: object) => restore(model, engine, observed, { count: 2, ...options })
    await expect(restore(model, engine, await observe(hole, clean), { count: 2 })).rejects.toThrow('sigma_y = 0')
    await expect(restore(model, engine, await observe(hole, clean, { sigma: 1 }), { count: 2 })).rejects.toThrow(
      '3 measurements',
    )
    await expect(attempt({ labels: [1] })).rejects.toThrow('1 classes for 2 items')
    await expect(attempt({ method: 'repaint' })).rejects.toThrow('does not see elements')
  })
})

describe('edit', () => {
  it('changes little at a low strength, more at a high one', async () => {
    const distance = async (strength: number) => {
      const items = await edit(model, engine, clean, { strength, steps: 6, seed: 2 })
      return items.reduce((sum, value, i) => sum + (value - clean[i]!) ** 2, 0)
    }
    expect(await distance(0.1)).toBeLessThan(0.6 * (await distance(0.7)))
  })

  it('an inversion under the same class gives the item back', async () => {
    const items = await edit(model, engine, clean, {
      strength: 0.5,
      method: 'invert',
      steps: 60,
      labels: [1, 2, 3],
      clip: false,
    })
    const error = Math.sqrt(items.reduce((sum, value, i) => sum + (value - clean[i]!) ** 2 / items.length, 0))
    expect(error).toBeLessThan(0.1)
  })

  it('walks from one item to another', async () => {
    const [a, b] = [clean.slice(0, size), clean.slice(size, 2 * size)]
    const way = await interpolate(model, engine, [a, b], { count: 3, steps: 40, strength: 0.4, clip: false })
    const off = (from: Float32Array, to: Float32Array) =>
      Math.sqrt(from.reduce((sum, value, i) => sum + (value - to[i]!) ** 2 / size, 0))
    expect(off(way.slice(0, size), a)).toBeLessThan(0.15)
    expect(off(way.slice(2 * size), b)).toBeLessThan(0.15)
    expect(off(way.slice(size, 2 * size), a)).toBeGreaterThan(0.1)
    await expect(interpolate(model, engine, [a, b], { strength: 2 })).rejects.toThrow('strength 2')
  })
})

describe('guidance', () => {
  const x = random('state', 2 * seenSize)

  it('(w + 1) D_c − w D_∅, away from another class, away from a weaker model', async () => {
    const w = 1.5
    const plain = async (labels: number[]) => {
      using denoiser = await modelDenoiser(model, engine, { batch: 2 })
      return await denoiser.denoise(x, 0.5, { conditions: { labels: Int32Array.from(labels) } })
    }
    const weak = await trained(4, 0.1, 4)
    const weakMean = async (labels: number[]) => {
      using denoiser = await modelDenoiser(weak, engine, { batch: 2 })
      return await denoiser.denoise(x, 0.5, { conditions: { labels: Int32Array.from(labels) } })
    }
    const own = await plain([1, 2])
    for (const [guidance, away] of [
      [{ w }, await plain([10, 10])],
      [{ w, negative: 7 }, await plain([7, 7])],
      [{ w, weak }, await weakMean([1, 2])],
    ] as const) {
      using guided = await guidedModel(model, engine, guidance, { batch: 2 })
      const mean = await guided.denoiser.denoise(x, 0.5, { conditions: { labels: Int32Array.of(1, 2) } })
      mean.forEach((value, i) => expect(value).toBeCloseTo((w + 1) * own[i]! - w * away[i]!, 3))
    }
  })

  it('refuses a weaker model of another kind, and classes that there are not', async () => {
    const other = await trained(2, 0, 2)
    await expect(guidedModel(model, engine, { w: 1, weak: other }, { batch: 1 })).rejects.toThrow(
      'other items, patches or noise',
    )
    await expect(guidedModel(model, engine, { w: 1, negative: 10 }, { batch: 1 })).rejects.toThrow('negative class 10')
    await expect(guidedModel(other, engine, { w: 1 }, { batch: 1 })).rejects.toThrow('cannot be guided')
    await expect(generate(model, engine, { count: 1, guidance: -2 })).rejects.toThrow('guidance w = -2')
  })
})

describe('a classifier of noisy data', () => {
  it('learns, is written and read, and its gradient is that of its verdict', async () => {
    const losses: number[] = []
    const classifier = await trainNoisyClassifier(glyphs, engine, {
      steps: 40,
      batch: 16,
      onStep: (_, __, loss) => losses.push(loss),
    })
    expect(losses.at(-1)).toBeLessThan(losses[0]!)
    expect(classifier.accuracy.map(({ noise }) => noise)).toEqual([0.1, 0.5, 1, 2, 5])
    const again = decodeNoisyClassifier(encodeNoisyClassifier(classifier))
    expect(again).toMatchObject({ shape: glyphs.shape, classNames: classifier.classNames, steps: 40 })
    expect(again.params).toEqual(classifier.params)
    expect(() => decodeNoisyClassifier(Uint8Array.of(1, 2))).toThrow()

    using compiled = await modelClassGradient(again, model, engine, { batch: 2 })
    const t = 0.4
    const x = random('seen', size)
    const gradient = Float64Array.from(
      await compiled.gradient(toNetwork(model.frame, x, new Float32Array(seenSize)), t, {
        conditions: { labels: Int32Array.of(3) },
      }),
    )
    const v = random('direction', size)
    const along = toNetwork(model.frame, v, new Float32Array(seenSize))
    const logits = classifyNoisy(new Scope(), input('x', [1, ...shape]), input('t', [1]), 10)
    const view = classifierView(model.schedule)
    const weights = Object.fromEntries(Array.from(again.layout.toMap(again.params), ([name, { data }]) => [name, data]))
    const log = (h: number): number => {
      const moved = Float64Array.from(x, (value, i) => view.scale(t) * (value + h * v[i]!))
      const [{ data } = { data: [] }] = evaluate([logits], { ...weights, x: moved, t: [view.time(t)] })
      const row = Array.from(data as ArrayLike<number>)
      return row[3]! - Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0))
    }
    expect(dot(gradient, along)).toBeCloseTo((log(1e-4) - log(-1e-4)) / 2e-4, 3)
    const options = { count: 2, seed: 1, labels: [3, 3], guidance: { classifier: again, classifierScale: 3 } }
    const { items } = await generate(model, engine, options)
    expect(items.every(Number.isFinite)).toBe(true)
  })
})
