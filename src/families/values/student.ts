/** What a student takes over from its teacher: network, noise, prediction and patches. */
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import { firstOf, type OptionValues } from '../../options.ts'
import { attention, noiseOptions, sizeOptions, startOptions } from '../train-options.ts'
import { further } from './further.ts'
import { trainOptions } from './options/train.ts'
import type { TrainSpec } from './spec.ts'
import type { Teacher } from './teacher.ts'

const { preset, dropout, patch, learnVariance, parametrisation, times, sigmaData, input } = trainOptions

/** The options that the teacher decides. */
const decided = {
  preset,
  ...sizeOptions,
  attention,
  dropout,
  ...startOptions,
  ...noiseOptions,
  patch,
  learnVariance,
  parametrisation,
  times,
  sigmaData,
  input,
}

/** The highest learning rate, unless another is given: the weights are good already. */
const usualRate = 3e-4

/**
 * The options of a student: its teacher's, and what is asked besides.
 *
 * @throws TweedieError `usage` for an option that the teacher decides
 */
export function optionsOfStudent(data: ArrayDataset, { model }: Teacher, options: OptionValues): OptionValues {
  const name = firstOf(options, decided)
  if (name !== undefined) {
    throw new TweedieError('usage', `\`${name}\`: a student begins as its teacher, and has its network and noise`, {
      // another model's network comes with `from`
      hint: `leave \`${name}\` out${name === 'network' ? ', and `from`,' : ','} or \`distil\``,
    })
  }
  const { objective: _, sigmaData: __, selfConditioning: ___, ...like } = further(model, data, {})
  return { rate: usualRate, ...like, ...options }
}

/** The specification with the teacher's network, to the last option, and its view of the noise. */
export function likeTeacher(spec: TrainSpec, { model }: Teacher, options: OptionValues): TrainSpec {
  const { network, view, meta } = model
  const { sigmaData } = meta.objective
  const { className, config } = network
  return {
    ...spec,
    network: { className, config },
    objective: {
      ...spec.objective,
      input: view.name,
      ...(typeof sigmaData === 'number' && { sigmaData }),
      // it is asked for its own classes alone
      labelDropout: typeof options.labelDropout === 'number' ? options.labelDropout : 0,
    },
  }
}
