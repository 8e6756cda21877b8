/** The abilities to encode and decode, by the quantiser alone: pictures to maps of tokens, and back. */
import { TweedieError } from '../../errors.ts'
import { firstOf, type OptionValues } from '../../options.ts'
import type { Drawn, Setting } from '../family.ts'
import { decode as decodeBy, encode as encodeBy } from '../vq/codes.ts'
import type { VqDiffusionModel } from './model.ts'
import { drawingOptions } from './options/sample.ts'

/** Pictures as maps of tokens, int32 `[n, height, width]`. */
export async function encode({ quantiser }: VqDiffusionModel, options: OptionValues, setting: Setting): Promise<Drawn> {
  refuseDrawing(options, 'encode')
  return encodeBy(quantiser, options, setting)
}

/** Maps of tokens as pictures. */
export async function decode({ quantiser }: VqDiffusionModel, options: OptionValues, setting: Setting): Promise<Drawn> {
  refuseDrawing(options, 'decode')
  return decodeBy(quantiser, options, setting)
}

/** @throws TweedieError `usage` for options of drawing: no map is drawn */
function refuseDrawing(options: OptionValues, way: 'encode' | 'decode'): void {
  const name = firstOf(options, drawingOptions)
  if (name === undefined) return
  throw new TweedieError(
    'usage',
    `\`${name}\` means nothing to \`${way}\`: no map is drawn, the autoencoder alone works`,
  )
}
