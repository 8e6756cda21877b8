/** What has no meaning for a quantiser's tokens. */
import type { Refusal } from '../../family.ts'

const gaussian: Refusal = {
  why: 'is of Gaussian noise: tokens are replaced, and nothing is added to them',
  hint: 'a model of codes with Gaussian noise: `model: vae`, then `latents` without `model`',
}
const quantiser: Refusal = {
  why: 'is of the autoencoder, which is trained already',
  hint: 'train that anew: `model: vq`',
}
const restored: Refusal = {
  why: 'has no meaning for maps of tokens: fitting a measurement needs derivatives, and tokens have none',
  hint: 'a model of pixels can do that, or one of codes with Gaussian noise (the family latent)',
}
const text: Refusal = {
  why: 'is for models of text: maps of tokens have one size, and their tokens no names to be written',
  hint: 'leave it out',
}

const named = (refusal: Refusal, ...names: readonly string[]): Readonly<Record<string, Refusal>> =>
  Object.fromEntries(names.map((name) => [name, refusal]))

/** By the names of options, commands and abilities. */
export const refusals: Readonly<Record<string, Refusal>> = Object.freeze({
  ...named(
    gaussian,
    'noise',
    'objective',
    'parametrisation',
    'weighting',
    'eta',
    'churn',
    'spacing',
    'times',
    'distil',
  ),
  ...named(quantiser, 'codes', 'codeSize', 'commitment', 'joint'),
  ...named(restored, 'restore', 'edit'),
  ...named(text, 'infill', 'length'),
  flip: {
    why: 'is of the autoencoder and its pictures: maps of tokens are made once, and a mirrored map is not that of the mirrored picture',
    hint: 'leave it out',
  },
})
