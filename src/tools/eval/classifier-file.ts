/** A classifier as one safetensors file, with its facts in the metadata. */
import { TweedieError } from '../../errors.ts'
import { input } from '../../engine/graph/index.ts'
import { readSafetensors, toFloat32, writeSafetensors } from '../../files/io/safetensors.ts'
import { classify } from '../../engine/nn/classifier.ts'
import { layoutOf } from '../../engine/nn/layout.ts'
import { Scope } from '../../engine/nn/parameters.ts'
import type { Classifier } from './classifier.ts'

/** A classifier, and a digest of the data that it learned from. */
export interface StoredClassifier extends Classifier {
  readonly data: string
}

const format = 'tweedie-classifier-1'

/** The bytes of the file. */
export function encodeClassifier({ layout, params, ...known }: StoredClassifier): Uint8Array {
  const { shape, classes, seed, accuracy, heldOut, data } = known
  return writeSafetensors(layout.toMap(params), {
    format,
    shape: JSON.stringify(shape),
    classes: String(classes),
    seed: String(seed),
    accuracy: String(accuracy),
    held_out: String(heldOut),
    data,
  })
}

/**
 * Reads the bytes back.
 *
 * @throws TweedieError `model` if they are not a classifier, or broken
 */
export function decodeClassifier(bytes: Uint8Array, source = 'classifier'): StoredClassifier {
  const { tensors, metadata } = readSafetensors(bytes, source)
  const number = (name: string): number => Number(metadata[name] ?? NaN)
  const shape = /^\[\d+(,\d+){1,2}\]$/.test(metadata.shape ?? '') ? (JSON.parse(metadata.shape!) as number[]) : []
  const classes = number('classes')
  if (metadata.format !== format || shape.length === 0 || !(Number.isInteger(classes) && classes >= 2)) {
    throw new TweedieError('model', `${source}: not a classifier of tweedie`)
  }
  const scope = new Scope()
  classify(scope, input('x', [1, ...shape]), { classes })
  const layout = layoutOf(scope.specs)
  const arrays = Array.from(
    tensors,
    ([name, tensor]) => [name, { shape: tensor.shape, data: toFloat32(tensor) }] as const,
  )
  return Object.freeze({
    shape,
    classes,
    layout,
    params: layout.fromMap(new Map(arrays)),
    seed: number('seed'),
    accuracy: number('accuracy'),
    heldOut: number('held_out'),
    data: metadata.data ?? '',
  })
}
