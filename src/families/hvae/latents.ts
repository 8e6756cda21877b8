/** The abilities to encode and decode: items to the codes of all levels, and codes to items. */
import { sizeOf } from '../../engine/graph/index.ts'
import { fold, key, normal } from '../../engine/random/index.ts'
import { TweedieError } from '../../errors.ts'
import { isNpy, parseNpy } from '../../files/data/formats/npy.ts'
import type { OptionValues } from '../../options.ts'
import { type CodeOptions, drawnCodes, itemsToEncode, usualBatch, watchOf } from '../coded/encoding.ts'
import { itemsOf, priorNoise, usualChoice } from '../coded/values-of.ts'
import { drawnValues } from '../drawn-values.ts'
import type { Access, Drawn, Item, Setting } from '../family.ts'
import { readCodes } from '../read-items.ts'
import { workOn } from '../warm.ts'
import { decoderMap, encoderMap, fromTopMap, type ItemMap, mapped } from './codec.ts'
import { type HvaeModel, latentsOf } from './model.ts'

/**
 * Encodes items to the codes of all levels, `[n, latents]`, the lowest first: draws of the encoder's laws, or their means, each of a
 * level given the means of the levels before it.
 */
export async function encode(model: HvaeModel, values: OptionValues, setting: Setting): Promise<Drawn> {
  const options = values as CodeOptions
  const { code = 'mean', seed = 0, batch = usualBatch } = options
  const { x, count } = await itemsToEncode(model, options, setting)
  const latents = latentsOf(model.network)
  const noise = new Float32Array(count * latents)
  if (code === 'sample') {
    for (let i = 0; i < count; i++) {
      normal(fold(key(seed), 'code', i), noise.subarray(i * latents, (i + 1) * latents))
    }
  }
  using work = workOn(setting.kept, setting.signal)
  const numbers = beside(x, noise, count)
  const how = { batch, compiled: work.compiled, ...watchOf(setting, 'encode') }
  const codes = await mapped(model, setting, encoderMap(model), numbers, how)
  return drawnCodes(codes, [count, latents], options)
}

/**
 * Decodes codes to items: those of all levels, of which the lowest decides (with skip connections all), or the highest alone,
 * `[n, numbers]`, from which the levels below are drawn.
 */
export async function decode(model: HvaeModel, values: OptionValues, setting: Setting): Promise<Drawn> {
  const { decode: item, draw = usualChoice(model), seed = 0, batch = usualBatch } = values as CodeOptions
  const latents = latentsOf(model.network)
  const { codes, size, count } = await readLevels(item!, model, setting.access)
  using work = workOn(setting.kept, setting.signal)
  const how = { batch, compiled: work.compiled, ...watchOf(setting, 'decode') }
  const outputs =
    size === latents
      ? await mapped(model, setting, decoderMap(model), read(codes, count, decoderMap(model)), how)
      : await mapped(model, setting, fromTopMap(model), beside(codes, priorNoise(latents, count, seed), count), how)
  return drawnValues(model, itemsOf(model, outputs, { draw, seed }), {
    how: { decode: typeof item === 'string' ? item : null, draw, seed },
    howText: `${size === latents ? '' : `seed ${seed}, `}${draw} of the decoder's law`,
  })
}

/** Codes by the name of a file, of all levels or of the highest; values at hand are of all levels. */
async function readLevels(item: Item, { network }: HvaeModel, access: Access) {
  const [all, top] = [latentsOf(network), sizeOf(network.latentShapes.at(-1)!)]
  const of = (codes: Float32Array, size: number) => ({ codes, size, count: codes.length / size })
  if (typeof item !== 'string') return of(await readCodes(item, [all], access), all)
  const bytes = await access.bytes(item, 'data')
  const shape = isNpy(bytes) ? parseNpy(bytes).shape : []
  if (shape.length !== 2 || shape[1] === all) return of(await readCodes(item, [all], access), all)
  if (shape[1] === top) return of(await readCodes(item, [top], access), top)
  throw new TweedieError('data', `${item}: codes [${shape.join(', ')}]`, {
    hint: `[n, ${all}] are those of all levels, [n, ${top}] those of the highest`,
  })
}

/** The codes of all levels, or the lowest of each item where a map takes no more. */
function read(codes: Float32Array, count: number, { takes: size }: ItemMap): Float32Array {
  const all = codes.length / count
  if (size === all) return codes
  const some = new Float32Array(count * size)
  for (let i = 0; i < count; i++) some.set(codes.subarray(i * all, i * all + size), i * size)
  return some
}

/** The numbers of each item of two arrays, one behind the other. */
function beside(a: Float32Array, b: Float32Array, count: number): Float32Array {
  const [n, m] = [a.length / count, b.length / count]
  const both = new Float32Array(a.length + b.length)
  for (let i = 0; i < count; i++) {
    both.set(a.subarray(i * n, (i + 1) * n), i * (n + m))
    both.set(b.subarray(i * m, (i + 1) * m), i * (n + m) + n)
  }
  return both
}
