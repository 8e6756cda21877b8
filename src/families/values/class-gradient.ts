/** The gradient of a classifier's log-probability, in the arrays that a model's network sees. */
import { fromNetwork } from '../../files/data/frame.ts'
import { itemSize } from '../../files/data/dataset.ts'
import type { Conditions, DenoiseContext, FloatArray } from '../../diffusion/denoise/denoiser.ts'
import { TweedieError } from '../../errors.ts'
import {
  cast,
  constant,
  equal,
  gradients,
  input,
  logSoftmax,
  mul,
  reshape,
  sum,
  type Tensor,
} from '../../engine/graph/index.ts'
import type { ClassGradient } from '../../diffusion/guidance/classifier.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import { turns } from '../../compiled/turns.ts'
import { compile } from '../../engine/runtime/program.ts'
import type { Engine, SessionOptions } from '../../engine/runtime/session.ts'
import { classifierView, classifyNoisy, type NoisyClassifier } from './noisy-classifier.ts'
import { placeInFrame } from './measured-frame.ts'
import type { Model } from './model.ts'

/** A compiled classifier. */
export interface ModelClassGradient extends Disposable {
  /** For the classes in the condition `labels` of the call. */
  readonly gradient: ClassGradient
  dispose(): void
}

/**
 * Compiles ∇_{x_t} log f_φ(y | x_t, t) for batches of one size.
 *
 * @throws TweedieError `usage` if the classifier has other items or other classes than the model
 */
export async function modelClassGradient(
  classifier: NoisyClassifier,
  model: Model,
  engine: Engine,
  { batch, ...session }: Pick<SessionOptions, 'device' | 'threads'> & { readonly batch: number },
): Promise<ModelClassGradient> {
  const { frame, schedule } = model
  const { layout, params, classNames, shape } = classifier
  if (shape.join() !== frame.item.join()) {
    throw new TweedieError(
      'usage',
      `the classifier is of items [${shape.join(', ')}], the model makes [${frame.item.join(', ')}]`,
    )
  }
  const x = input('x', [batch, ...shape])
  const labels = input('labels', [batch], 'int32')
  const logits = classifyNoisy(new Scope(), x, input('t', [batch]), classNames.length)
  const [gradient] = gradients(logProbability(logits, labels), [x])
  const constants = new Map(Array.from(layout.toMap(params), ([name, { data }]) => [name, data]))
  const program = await compile({ gradient: gradient! }, engine, { ...session, constants })
  const [size, seen] = [itemSize(shape), itemSize(frame.network)]
  const feeds = { x: new Float32Array(batch * size), t: new Float32Array(batch), labels: new Int32Array(batch) }
  const result = new Float32Array(batch * size)
  const bound = program.bind(feeds, { gradient: result })
  const view = classifierView(schedule)
  const place = placeInFrame(frame)
  const { take, close } = turns('the classifier', () => {
    bound.dispose()
    program.dispose()
  })
  return {
    async gradient(noisy: FloatArray, t: number, { signal, conditions }: DenoiseContext = {}) {
      const count = noisy.length / seen
      const wanted = requireLabels(conditions, count, classNames.length)
      return take(async () => {
        feeds.labels.set(wanted)
        fromNetwork(frame, Float32Array.from(noisy), feeds.x.subarray(0, count * size))
        const scale = view.scale(t)
        for (let i = 0; i < count * size; i++) feeds.x[i]! *= scale
        feeds.t.fill(view.time(t))
        await bound.run(signal ? { signal } : {})
        // the gradient in x_t, not in what the classifier sees
        return place(result.subarray(0, count * size)).map((value) => scale * value)
      }, signal)
    },
    dispose: close,
    [Symbol.dispose]: close,
  }
}

function requireLabels(conditions: Conditions = {}, count: number, classes: number): ArrayLike<number> {
  const { labels } = conditions
  if (labels?.length !== count) {
    throw new TweedieError(
      'usage',
      `${labels?.length ?? 0} classes for ${count} items: the classifier needs one for each`,
    )
  }
  const wrong = labels.find((label) => !(label >= 0 && label < classes))
  if (wrong === undefined) return labels
  throw new TweedieError('usage', `class ${wrong}: the classifier has the classes 0 … ${classes - 1}`)
}

/** Σ log p(label) over the batch. */
export function logProbability(logits: Tensor, labels: Tensor): Tensor {
  return sum(chosen(logits, labels))
}

/** log p(label) of each item, `[N]`. */
export function logProbabilities(logits: Tensor, labels: Tensor): Tensor {
  return sum(chosen(logits, labels), 1)
}

/** Log-probabilities where the label is, and 0 elsewhere: `[N, classes]`. */
function chosen(logits: Tensor, labels: Tensor): Tensor {
  const [batch, classes] = logits.shape as [number, number]
  const each = constant(
    Int32Array.from({ length: classes }, (_, i) => i),
    [1, classes],
  )
  return mul(logSoftmax(logits), cast(equal(reshape(labels, [batch, 1]), each), 'float32'))
}
