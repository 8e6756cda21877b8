/** The same autoencoder for pictures of another size: its weights are those of convolutions. */
import { sampleSize } from '../../engine/nn/check-config.ts'
import { autoencoderFrom } from '../../compiled/autoencoder-part.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { frameOf } from '../../files/data/frame.ts'
import { parseTweedieMeta } from '../../files/io/tweedie-meta.ts'
import type { VaeModel } from '../vae/model.ts'

/** Height and width in pixels. */
export type Size = readonly [height: number, width: number]

/** An autoencoder of the same weights. @param size multiples of the pixels that one place of a code stands for */
export function sizedAutoencoder(model: VaeModel, size: Size): VaeModel {
  const { frame, scale, meta } = model
  const { className, config, stride = 1, onnx } = model.autoencoder
  const shape = [frame.item[0]!, ...size]
  return {
    ...model,
    autoencoder: autoencoderFrom({ className, config: { ...config, sample_size: sampleSize(...size) }, onnx }),
    frame: frameOf(shape, frame.patch, stride),
    scale: { ...scale, shape },
    meta: parseTweedieMeta({ ...meta, data: { ...meta.data, shape } }),
  }
}

/** The autoencoder for images of these data, where it takes any size and only theirs is another; otherwise as it is. */
export function fittedTo(model: VaeModel, { kind, shape }: Pick<ArrayDataset, 'kind' | 'shape'>): VaeModel {
  const { frame, autoencoder } = model
  const [channels, height, width] = shape as [number, number, number]
  const isOther = frame.item.slice(1).join() !== [height, width].join()
  const takesAny = kind === 'image' && frame.item.length === 3 && frame.patch === 1 && frame.item[0] === channels
  const { stride = 1 } = autoencoder
  const fits = height % stride === 0 && width % stride === 0
  if (!isOther || !takesAny || !fits || !('sample_size' in autoencoder.config)) return model
  return sizedAutoencoder(model, [height, width])
}
