/** The options under which a model of values is trained further. */
import { estimateName } from '../../diffusion/denoise/self-conditioned.ts'
import { scheduleOfNoise } from '../../diffusion/noise/named.ts'
import type { ConditionSpec, ConditionSpecs } from '../../engine/nn/condition-spec.ts'
import { TweedieError } from '../../errors.ts'
import type { ArrayDataset } from '../../files/data/dataset.ts'
import type { OptionValues } from '../../options.ts'
import { noiseTables } from '../choices.ts'
import { furtherStyles } from '../pictured/further-styles.ts'
import { furtherWords } from '../words/further-words.ts'
import { OwnWords } from '../words/own-words.ts'
import type { Model } from './model.ts'
import { recalls } from './self-conditioned/recalls.ts'

/**
 * Its network, prediction, noise and patches, and what reads captions. Classes are those of the data, and so is the size of pictures where the network
 * is made of convolutions.
 *
 * @throws TweedieError `usage` for noise without a name, unless another is chosen
 */
export function further(model: Model, data: ArrayDataset, options: OptionValues): OptionValues {
  const { noise, schedule, selfConditioning } = options
  const { network, frame, parametrisation, meta } = model
  if (network.onnx) {
    throw new TweedieError('usage', `${network.onnx['model']!.name}: an ONNX file cannot be trained further`, {
      hint: 'begin with the folder that it was exported from',
    })
  }
  const { num_class_embeds: __, _class_name: ___, ...known } = network.config
  const told = recalls(model) && selfConditioning !== false
  const config = isConvolutional(network, told) ? withoutSize(known) : known
  const { loss, weighting, sigmaData } = meta.objective
  const asked = noise ?? schedule
  return {
    network: { className: network.className, config },
    ...(frame.item.length === 3 && { patch: frame.patch }),
    ...(typeof loss === 'string' && { objective: loss }),
    parametrisation: parametrisation.name,
    ...(weighting !== 'uniform' && { weighting }),
    ...(told && { selfConditioning: true }),
    ...(parametrisation.name === 'edm' && { sigmaData }),
    ...(asked === undefined && noiseOf(model)),
    ...furtherStyles(model, options),
    ...(keepsModel(options) ? wordsOf(model, data, options) : furtherWords(model, options)),
  }
}

/** Whether its weights fit pictures of any size. Those of an estimate do, too, where it is told one again. */
function isConvolutional({ className, config }: Model['network'], told: boolean): boolean {
  const { [estimateName]: estimate, ...others } = (config.conditions ?? {}) as ConditionSpecs
  const fits = !estimate || (told && isApart(estimate))
  return className.startsWith('UNet2D') && Object.keys(others).length === 0 && fits
}

/** Of an image, with weights of its own. */
const isApart = (spec: ConditionSpec): boolean => spec.kind === 'image' && spec.apart === true

/** The size is then that of the data, and that of an estimate. */
const withoutSize = ({ sample_size: _, conditions: __, ...config }: Readonly<Record<string, unknown>>) => config

/** Whether the model stays as it is, and adapters or a word are learned beside it. */
export function keepsModel({ lora, newWord }: OptionValues): boolean {
  return lora !== undefined || newWord !== undefined
}

/** Adapters leave the words of a model as they are: its own text encoder reads the captions. */
function wordsOf({ words }: Model, { name, captions }: ArrayDataset, options: OptionValues): OptionValues {
  if (words === undefined) return {}
  const idle = (['textEncoder', 'tokenizer'] as const).find((each) => options[each] !== undefined)
  if (idle !== undefined) {
    throw new TweedieError('usage', `\`${idle}\`: adapters are trained with the words of their model`, {
      hint: `leave \`${idle}\` out, or \`lora\``,
    })
  }
  if (captions?.some((each) => each.length > 0) !== true) {
    throw new TweedieError('usage', `${name} has no captions, and the model is asked in words`, {
      hint: '`captions` reads them: a .txt of the same name beside each picture, or metadata.jsonl beside them all',
    })
  }
  const { from } = options
  return { captions: true, textEncoder: new OwnWords(words, typeof from === 'string' ? from : undefined) }
}

function noiseOf({ schedule, scheduler, meta }: Model): OptionValues {
  if (!scheduler) {
    const { schedule: name, input: _, sigmaData: __, ...numbers } = meta.schedule ?? {}
    return { noise: name, ...numbers }
  }
  const { beta_schedule: name, num_train_timesteps: levels, beta_start: betaStart, beta_end: betaEnd } = scheduler
  const table = noiseTables.find((each) => each === name)
  if (table !== undefined) {
    const times = [1 / levels, 0.25, 0.5, 0.75, 1]
    const ends = table === 'linear' || table === 'scaled_linear' ? { betaStart, betaEnd } : {}
    for (const range of [{}, ends]) {
      const known = scheduleOfNoise({ table, levels, ...range })
      if (times.every((t) => Math.abs(known.sigma(t) - schedule.sigma(t)) < 1e-6))
        return { noise: table, levels, ...range }
    }
  }
  const what = schedule.table ? `a table of ${levels} levels of its own` : `that of a ${scheduler._class_name}`
  throw new TweedieError('usage', `the noise of the model is ${what}, which no \`noise\` names`, {
    hint: 'say on which noise to train: `noise: linear`, or whatever is nearest',
  })
}
