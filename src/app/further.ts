/** Training a model further: a run that begins with the weights of that model. */
import { weightsFor } from '../compiled/weights-for.ts'
import { TweedieError } from '../errors.ts'
import type { Layout } from '../engine/nn/layout.ts'
import type { OwnParts } from '../families/family.ts'
import { entryForData, entryOfSpec, type Opened } from '../families/registry.ts'
import { attention, sizeOptions, startOptions } from '../families/train-options.ts'
import { firstOf, type OptionValues } from '../options.ts'
import { learningParts } from '../tools/train/parts.ts'
import type { TrainData } from '../tools/train/problem.ts'
import type { BaseSpec } from '../tools/train/spec.ts'
import { initialParameters, type StartWeights } from '../tools/train/state.ts'

/**
 * The options under which a model is trained further: network and noise schedule are those of the model, the rest is as
 * the user's options say. Another family that is named as `model` may begin with its weights.
 *
 * @throws TweedieError `usage` for a network beside the model's, data of another kind, or a family that cannot
 */
export async function furtherOptions(
  opened: Opened,
  data: TrainData,
  options: OptionValues,
  own: OwnParts,
): Promise<OptionValues> {
  const { entry, family, model } = opened
  const name = firstOf(options, { ...sizeOptions, ...startOptions, attention })
  if (name !== undefined) {
    throw new TweedieError(
      'usage',
      `\`${name}\`: the network is that of the model whose weights training begins with`,
      {
        hint: `leave \`${name}\` out, or \`from\``,
      },
    )
  }
  const { from: _, scheduler: __, variant: ___, ...asked } = options
  if (typeof options.model === 'string' && options.model !== entry.name) {
    return { ...(await begun(opened, data, options, own)), ...asked }
  }
  if (!entry.accepts(data, { ...options, model: entry.name })) {
    throw new TweedieError('usage', `${data.name}: models of ${entry.of} are not trained on such data`)
  }
  if (!family.further) throw new TweedieError('usage', `models of ${entry.of} cannot be trained further`)
  return { ...(await family.further(model, data, options)), ...asked, model: entry.name }
}

/** The options of another family that begins with this model's weights. */
async function begun({ entry, model }: Opened, data: TrainData, options: OptionValues, own: OwnParts) {
  const other = entryForData(data, options, own)
  const family = await other.load()
  if (family.beginWith) return family.beginWith(model, data, options)
  throw new TweedieError('usage', `a model of ${other.of} cannot begin with the weights of one of ${entry.of}`, {
    hint: `leave out \`model\` to train that one further, or \`from\``,
  })
}

/**
 * The weights that a run begins with; undefined for one that trains adapters.
 *
 * @returns the weights, and sentences about what of the model could not be used
 * @throws TweedieError `model` where they do not fit the network
 */
export async function startOf(
  { family: writer, model }: Pick<Opened, 'family' | 'model'>,
  spec: BaseSpec,
  data: TrainData,
  own: OwnParts,
): Promise<{ readonly start: StartWeights | undefined; readonly notes: readonly string[] }> {
  // adapters begin as they are, beside the weights
  if (spec.lora || spec.word) return { start: undefined, notes: [] }
  const family = await entryOfSpec(spec, own).load()
  const { weights: ofMain, components } = await writer.write(model)
  const start = new Map<string, ReturnType<Layout['toMap']>>()
  const notes: string[] = []
  const { parts } = await family.problem(spec, data, own)
  for (const [i, [name, part]] of learningParts(parts).entries()) {
    // the first is the model's main part, whatever it is called there
    const given = i === 0 ? ofMain : components?.get(name)?.weights
    if (given === undefined || (i > 0 && part.weights !== undefined)) continue
    const initial = initialParameters(spec, part.layout)
    const { weights, notes: said } = weightsFor(part.network ?? {}, part.layout, given, initial)
    start.set(name, part.layout.toMap(weights))
    notes.push(...said)
  }
  return { start: { weights: start }, notes }
}
