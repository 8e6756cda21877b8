/** Options of `eval` for models of an autoencoder's codes. */
import { options } from '../../../options.ts'
import { boundOptions as ofValues, fieldOptions, sampleOptions as samplesOfValues } from '../../values/options/eval.ts'
import { heldOutOptions } from '../../options.ts'
import { drawOption } from './sample.ts'

const { clip: _, noClip: __, classifier: ___, classifierScale: ____, ...shared } = samplesOfValues
const { values: _____, ...bounds } = ofValues

/** Options for samples, which likelihoods do not have. */
export const ofSamples = options({ ...shared, ...drawOption })

/** Options that request likelihoods when they are set. */
export const ofLikelihoods = options(bounds)

export const evalOptions = options({ ...fieldOptions, ...heldOutOptions, ...ofSamples, ...ofLikelihoods })
