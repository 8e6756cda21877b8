/** Codes drawn from the laws of items, with what they cost beside the model of codes: −log p(x | z) and log q(z | x). */
import { constantsOf } from '../../compiled/part-weights.ts'
import { constant, input, neg } from '../../engine/graph/index.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { fold, key, normal } from '../../engine/random/index.ts'
import { compile, type Program } from '../../engine/runtime/program.ts'
import { cropped, sumOverItem } from '../../diffusion/latent/index.ts'
import { type Affine, type ArrayDataset, itemSize } from '../../files/data/dataset.ts'
import { type Frame, fromNetwork, toNetwork } from '../../files/data/frame.ts'
import { loadBatch } from '../../files/data/normalise.ts'
import { binarise } from '../coded/batches.ts'
import { expressionOf, reportedLaw } from '../coded/law-of.ts'
import type { Setting } from '../family.ts'
import { rowsOf, type Shards } from '../../tools/shards/shards.ts'
import { sessionOf } from '../session-of.ts'
import { codecOf } from '../vae/codec.ts'
import type { VaeModel } from '../vae/model.ts'
import { workOn } from '../warm.ts'
import { placesOf } from './data.ts'

/** What codes are of, and how a network sees them. */
export interface CodesOf {
  readonly autoencoder: VaeModel
  /** Of codes. */
  readonly frame: Frame
  /** From what the network sees to codes, by channel. */
  readonly affine: Affine
}

/** Which items. */
export interface DrawCodes extends Pick<Setting, 'engine' | 'device' | 'threads' | 'signal'> {
  readonly indices: Int32Array
  readonly seed: number
  /** Items at a time. */
  readonly batch: number
  /** The batches that are computed here, where several processes share the work. */
  readonly shards?: Shards | undefined
  readonly onProgress?: ((share: number) => void) | undefined
}

/** One draw for each item. */
export interface DrawnCodes {
  /** z as the network sees it, padding drawn too: `[n, ...frame.network]`. */
  readonly seen: Float32Array
  /** −log p(x | z) in nats, of x as the autoencoder sees it. */
  readonly reconstruction: Float64Array
  /** log q(z | x) in nats, of z as the network sees it. */
  readonly density: Float64Array
}

const logTwoPi = Math.log(2 * Math.PI)

/** Draws them: the noise of an item depends on the seed and its number alone. */
export async function drawnCodes(
  { autoencoder: model, frame, affine }: CodesOf,
  dataset: ArrayDataset,
  { indices, seed, batch: most, shards, signal, onProgress, ...setting }: DrawCodes,
): Promise<DrawnCodes> {
  const { law, frame: own } = model
  const count = indices.length
  const batch = Math.min(most, count)
  const [size, code, network] = [own.item, frame.item, frame.network].map(itemSize) as [number, number, number]
  const places = placesOf(frame)
  const each = code / affine.shift.length
  const seen = new Float32Array(count * network)
  const [reconstruction, density] = [new Float64Array(count), new Float64Array(count)]
  using work = workOn(undefined, signal)
  const codec = await codecOf(model, setting, batch, work.compiled, { signal })
  using costs = await costProgram(model, batch, setting)
  const x = new Float32Array(batch * itemSize(own.network))
  const z = new Float32Array(batch * code)
  for (let first = 0; first < count; first += batch) {
    const some = Math.min(batch, count - first)
    const rows = await rowsOf(shards, { name: 'codes', first, size: batch, count }, async () => {
      const found = {
        seen: new Float32Array(some * network),
        density: new Float64Array(some),
        reconstruction: new Float64Array(some),
      }
      // the last batch is filled up with its last item
      const now = Array.from({ length: batch }, (_, i) => indices[Math.min(first + i, count - 1)]!)
      const items = loadBatch(dataset, now, new Float32Array(batch * size))
      if (law.name === 'bernoulli') {
        now.forEach((index, i) =>
          binarise(items.subarray(i * size, (i + 1) * size), fold(key(seed), 'binarise', index)),
        )
      }
      toNetwork(own, items, x)
      const { mean, logVariance } = await codec.encode(x)
      const drawn = new Float32Array(batch * network)
      now.forEach((index, i) => normal(fold(key(seed), 'code', index), drawn.subarray(i * network, (i + 1) * network)))
      for (let i = 0; i < batch; i++) {
        places.forEach((place, k) => {
          const [at, channel] = [i * code + place, Math.floor(place / each)]
          const noise = drawn[i * network + k]!
          const sigma = Math.exp(logVariance[at]! / 2)
          const value = mean[at]! + sigma * noise
          drawn[i * network + k] = value
          if (i >= some) return
          const scale = affine.scale[channel]!
          found.seen[i * network + k] = (value - affine.shift[channel]!) / scale
          found.density[i]! -= 0.5 * (noise * noise + logTwoPi) + Math.log(sigma / scale)
        })
      }
      const { cost } = await costs.run({ x, z: fromNetwork(frame, drawn, z) }, {}, signal ? { signal } : {})
      found.reconstruction.set((cost as Float32Array).subarray(0, some))
      return found
    })
    if (rows) {
      seen.set(rows.seen, first * network)
      density.set(rows.density, first)
      reconstruction.set(rows.reconstruction, first)
    }
    onProgress?.(Math.min(1, (first + batch) / count))
  }
  return { seen, reconstruction, density }
}

/** −log p(x | z) of items and codes, `[batch]`: by the law that likelihoods are reported by. */
function costProgram(
  model: VaeModel,
  batch: number,
  { engine, ...session }: Pick<Setting, 'engine' | 'device' | 'threads'>,
): Promise<Program> {
  const { autoencoder, frame, scale } = model
  const law = reportedLaw(model.law, scale)
  const within = frame.item.length === 3 ? frame.item : undefined
  const output = autoencoder.decode(new Scope(), input('z', [batch, ...autoencoder.latentShape]))
  const x = input('x', [batch, ...autoencoder.inputShape])
  const logSigma = law.sigma === undefined ? undefined : constant([Math.log(law.sigma)], [1])
  const values = expressionOf(law).logProbability(cropped(x, within), cropped(output, within), logSigma)
  return compile({ cost: neg(sumOverItem(values)) }, engine, { ...sessionOf(session), constants: constantsOf(model) })
}
