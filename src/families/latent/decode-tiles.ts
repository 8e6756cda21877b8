/** Codes decoded in tiles: the memory of the decoder is that of a tile. */
import { compiledAutoencoder } from '../../compiled/autoencoder.ts'
import { numberOf } from '../../compiled/kept.ts'
import { decodeTiled } from '../../compiled/tiles.ts'
import { TweedieError } from '../../errors.ts'
import { itemSize } from '../../files/data/dataset.ts'
import type { Setting } from '../family.ts'
import { sessionOf } from '../session-of.ts'
import type { CodecWatch } from '../vae/codec.ts'
import type { VaeModel } from '../vae/model.ts'
import type { Compiled } from '../warm.ts'

/**
 * What the decoder gives for codes `[n, ...latentShape]`, tile by tile.
 *
 * @param how `tile`: places along a side; a code that is no larger is decoded as a whole
 * @throws TweedieError `usage` for codes that are no images
 */
export async function decodedInTiles(
  model: VaeModel,
  codes: Float32Array,
  { tile, signal, onProgress }: CodecWatch & { readonly tile: number },
  setting: Pick<Setting, 'engine' | 'device' | 'threads'>,
  compiled: Compiled,
): Promise<Float32Array> {
  const { latentShape, inputShape, outputShape } = model.autoencoder
  const [, height, width] = latentShape
  if (height === undefined || width === undefined) {
    throw new TweedieError('usage', '`decodeTile` is for codes that are images')
  }
  const factor = inputShape[1]! / height
  const sides = [height, width].map((side) => Math.min(tile, side) * factor)
  const coder = await compiled(`tiles ${numberOf(model)} ${sides.join()}`, () =>
    compiledAutoencoder(model, setting.engine, {
      batch: 1,
      shape: [inputShape[0]!, ...sides],
      ...sessionOf(setting),
    }),
  )
  const [code, picture] = [itemSize(latentShape), itemSize(outputShape)]
  const count = codes.length / code
  const outputs = new Float32Array(count * picture)
  for (let i = 0; i < count; i++) {
    const output = await decodeTiled(coder, codes.subarray(i * code, (i + 1) * code), [height, width], {
      ...(signal && { signal }),
      onProgress: (done, total) => onProgress?.(i + done / total, count),
    })
    outputs.set(output, i * picture)
  }
  return outputs
}
