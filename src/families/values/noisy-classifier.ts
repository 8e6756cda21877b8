/**
 * A noise-aware classifier f_φ(y | x_t, t), and its file. It sees x_t / √(α² σ_data² + σ²) and the noise level, so a
 * classifier trained on one schedule can guide a model on any other.
 */
import { type InputView, inputView } from '../../diffusion/denoise/input-view.ts'
import { TweedieError } from '../../errors.ts'
import { add, input, mean, reshape, silu, type Tensor } from '../../engine/graph/index.ts'
import { type ClassifierFacts, parseFacts } from './noisy-classifier-file.ts'
import { readSafetensors, toFloat32, writeSafetensors } from '../../files/io/safetensors.ts'
import { convolution, groupNorm, linear } from '../../engine/nn/layers.ts'
import { type Layout, layoutOf } from '../../engine/nn/layout.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { sinusoidal, timeMlp } from '../../engine/nn/time-embedding.ts'
import type { Schedule } from '../../diffusion/noise/schedule.ts'

/** A trained classifier of noisy items. */
export interface NoisyClassifier extends ClassifierFacts {
  readonly layout: Layout
  readonly params: Float32Array
}

/** Its inputs for state and time on a schedule. */
export function classifierView(schedule: Schedule): InputView {
  return inputView('noise', schedule)
}

/**
 * Declares the classifier in `scope`: `x [N, ...shape]` as {@link classifierView} scales it, `t [N]` in its units → logits
 * `[N, classes]`. Images by convolutions that halve the picture, other items by layers of 128.
 */
export function classifyNoisy(scope: Scope, x: Tensor, t: Tensor, classes: number): Tensor {
  const time = silu(timeMlp(scope.child('time'), sinusoidal(t, 128, { cosFirst: true }), 128))
  if (x.shape.length !== 4) {
    let h = reshape(x, [x.shape[0]!, -1])
    for (let layer = 0; layer < 3; layer++) {
      const at = scope.child(`layer${layer}`)
      h = silu(add(linear(at.child('linear'), h, 128), linear(at.child('time'), time, 128)))
    }
    return linear(scope.child('head'), h, classes)
  }
  let h = x
  for (const [level, width] of [32, 64, 64].entries()) {
    const at = scope.child(`level${level}`)
    const shift = reshape(linear(at.child('time'), time, width), [x.shape[0]!, width, 1, 1])
    const layer = (name: string, from: Tensor, stride = 1): Tensor =>
      groupNorm(at.child(`norm${name}`), convolution(at.child(`conv${name}`), from, width, { stride }), 4, 1e-5)
    h = silu(add(layer('1', h, 2), shift))
    h = add(h, silu(layer('2', h)))
  }
  return linear(scope.child('head'), mean(h, [2, 3]), classes)
}

/** Where its parameters lie. */
export function classifierLayout(shape: readonly number[], classes: number): Layout {
  const scope = new Scope()
  classifyNoisy(scope, input('x', [1, ...shape]), input('t', [1]), classes)
  return layoutOf(scope.specs)
}

const format = 'tweedie-noisy-classifier-1'

/** The bytes of its file. */
export function encodeNoisyClassifier({ layout, params, ...known }: NoisyClassifier): Uint8Array {
  return writeSafetensors(layout.toMap(params), { format, classifier: JSON.stringify(known) })
}

/**
 * Reads the bytes back.
 *
 * @throws TweedieError `model` if they are not such a classifier, or broken
 */
export function decodeNoisyClassifier(bytes: Uint8Array, source = 'classifier'): NoisyClassifier {
  const { tensors, metadata } = readSafetensors(bytes, source)
  if (metadata.format !== format) {
    throw new TweedieError('model', `${source}: not a noise-aware classifier`, {
      hint: 'train-classifier makes one',
    })
  }
  const known = parseFacts(metadata.classifier ?? '', source)
  const layout = classifierLayout(known.shape, known.classNames.length)
  const arrays = Array.from(
    tensors,
    ([name, tensor]) => [name, { shape: tensor.shape, data: toFloat32(tensor) }] as const,
  )
  return Object.freeze({ ...known, layout, params: layout.fromMap(new Map(arrays)) })
}
