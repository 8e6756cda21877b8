/**
 * Features from any ONNX network of images, such as Inception for the usual FID: one input `[N, C, H, W]` of floats; the
 * features are its first output of two axes, or of four, averaged over space. Free sizes are taken from the images.
 */
import { TweedieError } from '../../errors.ts'
import { featureSet } from '../metrics/features.ts'
import type { ValueInfo } from '../../engine/onnx/proto/model.ts'
import { decodeSignature } from '../../engine/onnx/proto/signature.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { digest } from './digest.ts'
import type { FeatureNetwork } from './feature-network.ts'
import { mapBatches } from './map-batches.ts'
import { resizePlanes } from './resize.ts'

/** How to use the network. */
export interface OnnxFeaturesOptions extends Pick<SessionOptions, 'device' | 'threads'> {
  /** For people and messages: the file's name. */
  readonly name?: string | undefined
  /** The network's values of black and white; default −1 and 1. */
  readonly range?: readonly [number, number] | undefined
  /** Images at a time, where the network leaves it open; default 16. */
  readonly batch?: number | undefined
}

/** A network's feature extractor for images of `shape`. */
interface Plan {
  readonly input: string
  /** `[batch, channels, height, width]` */
  readonly inputShape: readonly [number, number, number, number]
  readonly output: string
  /** `[batch, width]`, or `[batch, width, height, width]` to be averaged. */
  readonly outputShape: readonly number[]
}

/**
 * Features of images from the bytes of an ONNX model. Grey images are repeated for a network of three channels, and images
 * of another size are resized to what the network expects, averaged where they get smaller.
 *
 * @param shape of the images, `[C, H, W]`
 * @throws TweedieError `model` for bytes that are not an ONNX model, or a network that does not fit
 */
export async function onnxFeatures(
  bytes: Uint8Array,
  shape: readonly number[],
  engine: Engine,
  options: OnnxFeaturesOptions = {},
): Promise<FeatureNetwork> {
  const { name = 'ONNX network', range = [-1, 1], batch = 16, ...session } = options
  const plan = planOf(bytes, shape, batch, name)
  const isResized = plan.inputShape[2] !== shape[1] || plan.inputShape[3] !== shape[2]
  return {
    name,
    // the resizing method is part of the id, since it changes the features
    id: `onnx-${await digest(bytes, JSON.stringify(isResized ? [...range, 'averaged'] : range))}`,
    async extract(items, patience) {
      const size = shape.reduce((product, n) => product * n, 1)
      const { inputShape, outputShape } = plan
      using loaded = await engine.createSession(bytes, session)
      const x = floats(inputShape)
      const y = floats(outputShape)
      const run = async (images: Float32Array): Promise<{ features: Float32Array }> => {
        prepare(images, shape, x.data, inputShape, range)
        await loaded.run({ [plan.input]: x }, { [plan.output]: y })
        return { features: pooled(y.data, outputShape) }
      }
      return featureSet((await mapBatches(items, size, inputShape[0], run, patience)).features, outputShape[1]!)
    },
  }
}

function planOf(bytes: Uint8Array, shape: readonly number[], batch: number, name: string): Plan {
  const { inputs, outputs } = decodeSignature(bytes)
  const [input, ...others] = inputs.values()
  if (!input || others.length > 0 || input.dtype !== 'float32' || input.shape?.length !== 4) {
    throw unfit(name, `its inputs are ${list(inputs)}`, 'exactly one input, float32 [N, C, H, W]')
  }
  const inputShape = [batch, ...shape].map((size, axis) => sizeAt(input, axis) ?? size) as unknown as Plan['inputShape']
  if (inputShape[1] !== shape[0] && shape[0] !== 1) {
    throw unfit(name, `it takes ${inputShape[1]} channels`, `${shape[0]}, as the images have`)
  }
  const output = [...outputs.values()].find((value) => value.shape?.length === 2 || value.shape?.length === 4)
  if (!output || output.dtype !== 'float32') {
    throw unfit(name, `its outputs are ${list(outputs)}`, 'one that is float32 [N, features] or [N, features, H, W]')
  }
  const rest = output.shape!.slice(1).map((_, i) => sizeAt(output, i + 1))
  if (!rest.every((size) => size !== undefined)) {
    throw unfit(name, `its output is ${describe(output)}`, 'known sizes, but for the first', {
      hint: 'export it again with a fixed size of the images, only the batch being dynamic',
    })
  }
  const outputBatch = sizeAt(output, 0) ?? inputShape[0]
  if (outputBatch !== inputShape[0]) {
    throw unfit(name, `its output is ${describe(output)} for ${inputShape[0]} images`, 'one row for each')
  }
  return { input: input.name, inputShape, output: output.name, outputShape: [outputBatch, ...rest] }
}

/** The size of an axis, unless it is free: named, or not positive. */
function sizeAt({ shape }: ValueInfo, axis: number): number | undefined {
  const size = shape?.[axis]
  return typeof size === 'number' && size > 0 ? size : undefined
}

const describe = ({ name, dtype, shape }: ValueInfo): string => `${name} ${dtype} [${shape?.join(', ') ?? '…'}]`
const list = (values: ReadonlyMap<string, ValueInfo>): string =>
  Array.from(values.values(), describe).join(', ') || 'none'

function unfit(name: string, got: string, expected: string, options: { hint?: string } = {}): TweedieError {
  return new TweedieError('model', `${name}: cannot give features: ${got}, expected ${expected}`, options)
}

function floats(shape: readonly number[]) {
  return { dtype: 'float32', shape, data: new Float32Array(shape.reduce((product, n) => product * n, 1)) } as const
}

/** Images in [−1, 1] converted to the network's size, channels and range. */
function prepare(
  items: Float32Array,
  [from, height, width]: readonly number[],
  out: Float32Array,
  [batch, channels, toHeight, toWidth]: Plan['inputShape'],
  [low, high]: readonly [number, number],
): void {
  const plane = toHeight * toWidth
  const resized = out.length === items.length ? out : new Float32Array(batch * from! * plane)
  resizePlanes(items, [height!, width!], resized, [toHeight, toWidth])
  if (resized !== out) {
    for (let n = 0; n < batch * channels; n++) {
      const source = from === channels ? n : Math.floor(n / channels)
      out.set(resized.subarray(source * plane, (source + 1) * plane), n * plane)
    }
  }
  for (let i = 0; i < out.length; i++) out[i] = low + ((out[i]! + 1) / 2) * (high - low)
}

/** Means over all axes behind the second. */
function pooled(y: Float32Array, shape: readonly number[]): Float32Array {
  const area = shape.slice(2).reduce((product, n) => product * n, 1)
  if (area === 1) return y
  return Float32Array.from({ length: y.length / area }, (_, i) => {
    let sum = 0
    for (let at = i * area; at < (i + 1) * area; at++) sum += y[at]!
    return sum / area
  })
}
