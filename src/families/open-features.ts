/** The network of images that features of samples are compared by. */
import { isTweedieError, TweedieError } from '../errors.ts'
import type { ValuesOf } from '../options.ts'
import type { FeatureNetwork } from '../tools/eval/feature-network.ts'
import { onnxFeatures } from '../tools/eval/onnx-features.ts'
import type { DrawnModel } from './drawn-values.ts'
import type { Setting } from './family.ts'
import type { judgedSamplesOptions } from './options.ts'
import { sessionOf } from './session-of.ts'

type FeatureOptions = ValuesOf<typeof judgedSamplesOptions>

/**
 * Opens it; undefined if none is named.
 *
 * @throws TweedieError `usage` for anything but images, `model` for a network that does not fit
 */
export async function openFeatures(
  { frame: { item }, scale }: DrawnModel,
  { features: path, featureRange = '-1,1' }: FeatureOptions,
  setting: Setting,
): Promise<FeatureNetwork | undefined> {
  if (path === undefined) return undefined
  if (scale.kind !== 'image') {
    throw new TweedieError('usage', '`features` is for images', { hint: 'points are compared as they are' })
  }
  const bytes = await setting.access.bytes(path)
  const range = featureRange.split(',').map(Number) as [number, number]
  const name = path.split(/[/\\]/).at(-1)!
  return onnxFeatures(bytes, item, setting.engine, { ...sessionOf(setting), range, name }).catch((cause: unknown) => {
    if (!isTweedieError(cause, 'model')) throw cause
    throw new TweedieError('model', cause.message.startsWith(name) ? cause.message : `${path}: ${cause.message}`, {
      hint: cause.hint,
      cause,
    })
  })
}
