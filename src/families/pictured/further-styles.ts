/** The options under which a model that draws in the style of a picture learns further. */
import { TweedieError } from '../../errors.ts'
import type { OptionValues } from '../../options.ts'
import type { Styled } from './style-encoder.ts'

/** @throws TweedieError `usage` without `stylePictures`, which would be forgotten */
export function furtherStyles({ styles }: Styled, { stylePictures }: OptionValues): OptionValues {
  if (!styles || stylePictures === true) return {}
  throw new TweedieError(
    'usage',
    'the model knows styles of pictures, and without `stylePictures` it would forget them',
    {
      hint: '`stylePictures` too, with data of several pictures of a style',
    },
  )
}
