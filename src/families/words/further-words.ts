/** The options under which a model that knows words learns captions further. */
import type { Words } from '../../compiled/words.ts'
import { TweedieError } from '../../errors.ts'
import type { TweedieMeta } from '../../files/io/tweedie-meta.ts'
import type { OptionValues } from '../../options.ts'
import { encoderPart } from './learned-words.ts'
import { usedAs } from './side-by-side.ts'

/**
 * Its tokeniser, and its text encoder: one that learned goes on learning, one that was frozen stays so.
 *
 * @param options those of the run; `from` names the model's folder, or is the model itself
 * @throws TweedieError `usage` without `captions`, and for several text encoders that are used in another way than a network from nothing learns them
 */
export function furtherWords(
  { words, meta }: { readonly words?: Words | undefined; readonly meta: TweedieMeta },
  { captions, from }: OptionValues,
): OptionValues {
  if (!words) return {}
  if (captions !== true) {
    throw new TweedieError('usage', 'the model knows words, and without captions it would forget them', {
      hint: '`captions` too, with data that have them',
    })
  }
  const { encoders } = words
  const [encoder] = encoders
  const folder = typeof from === 'string' ? from : undefined
  if (encoders.length > 1) {
    const { skip = 0, finalNorm } = usedAs(encoders.length)
    const isUsual = encoders.every((each) => each.skip === skip && each.finalNorm === finalNorm)
    if (isUsual && !words.emptyIsNothing) return { textEncoder: folder ?? encoders }
    throw new TweedieError('usage', `a model with ${words.encoders.length} text encoders is not trained further`, {
      hint: '`lora` trains adapters beside its weights',
    })
  }
  const { tokenizer, encoder: kind } = encoder!
  if (meta.parts?.[encoderPart]?.frozen === true || kind.className !== 'CaptionEncoder') {
    return { textEncoder: folder ?? encoder }
  }
  const { hidden_size: textWidth, num_layers: textLayers, length: places } = kind.config
  return { tokenizer: folder ?? tokenizer, textWidth, textLayers, places }
}
