/** The words of a model in its folder: `text_encoder/` and `tokenizer/`, and perhaps `text_encoder_2/` and `tokenizer_2/`. */
import { textEncoderOf } from '../../compiled/text-encoder-part.ts'
import { tokenizerFolder, wordEncoder } from '../../compiled/words-part.ts'
import type { Words } from '../../compiled/words.ts'
import { TweedieError } from '../../errors.ts'
import { filesBelow, type ModelFolder } from '../../files/io/model-folder.ts'
import { mannerOf } from './captions-in-meta.ts'
import { captionTokenizerOf } from '../../files/text/captions-of.ts'

const encoderName = /^text_encoder(_\d+)?$/

/**
 * What turns texts into conditions; undefined where the folder has no text encoder.
 *
 * @throws TweedieError `model` where an encoder has no tokeniser, or another one's
 */
export function wordsIn({
  components,
  files,
  memory,
  meta,
}: Pick<ModelFolder, 'components' | 'files' | 'memory' | 'meta'>): Words | undefined {
  const names = [...components.keys()].filter((name) => encoderName.test(name)).sort()
  if (names.length === 0) return undefined
  const manner = mannerOf(meta)
  const encoders = names.map((name) => {
    const folder = tokenizerFolder(name)
    const own = filesBelow(files, folder)
    if (own.size === 0) {
      throw new TweedieError('model', `there is no ${folder}/ beside ${name}/: what are its tokens?`, {
        hint: 'copy the whole folder again',
      })
    }
    const part = textEncoderOf(components.get(name)!, memory)
    const tokenizer = captionTokenizerOf(own, folder, { length: part.encoder.length })
    // captions that are short need fewer places than the files say
    const places = Math.min(tokenizer.length, part.encoder.length)
    return wordEncoder(part, { ...tokenizer, length: places }, { name, ...manner })
  })
  return { encoders }
}
