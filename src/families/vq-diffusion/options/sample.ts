/** Options of `sample` for models of a quantiser's tokens. */
import { options } from '../../../options.ts'
import { sampleOptions as ofTokens } from '../../tokens/options/sample.ts'
import { sampleOptions as ofQuantisers } from '../../vq/options/sample.ts'

const { length: _, infill: __, ...drawing } = ofTokens
const { encode, decode, fit } = ofQuantisers

/** What decides which maps are drawn: it means nothing where none is. */
export const drawingOptions = options({
  class: drawing.class,
  guidance: drawing.guidance,
  sampler: drawing.sampler,
  steps: drawing.steps,
  temperature: drawing.temperature,
})

export const sampleOptions = options({ ...drawing, encode, decode, fit })
