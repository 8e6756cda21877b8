/** What has no meaning for codes. */
import type { Refusal } from '../../family.ts'

const clip: Refusal = {
  why: 'has no meaning for codes: they have no least and no greatest value',
  hint: 'leave it out: what is decoded lies in the range of the data',
}
const classifier: Refusal = {
  why: 'has no meaning here: classifiers are trained on noisy data, and this model sees noisy codes',
  hint: 'guide by its own classes: `guidance`',
}

/** By the names of options. */
export const refusals: Readonly<Record<string, Refusal>> = Object.freeze({
  clip,
  noClip: clip,
  classifier,
  classifierScale: classifier,
  values: {
    why: 'is for models of pixels: the law of the autoencoder says which values there are',
    hint: 'train the autoencoder with `shades`',
  },
})
