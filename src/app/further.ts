/** Training a model further: a run that begins with the weights of that model. */
import { weightsFor } from '../compiled/weights-for.ts'
import { TweedieError } from '../errors.ts'
import type { OwnParts } from '../families/family.ts'
import type { Opened } from '../families/registry.ts'
import { attention, sizeOptions } from '../families/train-options.ts'
import { firstOf, type OptionValues } from '../options.ts'
import { learningParts } from '../tools/train/parts.ts'
import type { TrainData } from '../tools/train/problem.ts'
import type { BaseSpec } from '../tools/train/spec.ts'
import { initialParameters, type StartWeights } from '../tools/train/state.ts'

/**
 * The options under which a model is trained further: network and noise schedule are those of the model, the rest is as
 * the user's options say.
 *
 * @throws TweedieError `usage` for a network beside the model's, data of another kind, or a family that cannot
 */
export function furtherOptions({ entry, family, model }: Opened, data: TrainData, options: OptionValues): OptionValues {
  const name = firstOf(options, { ...sizeOptions, attention })
  if (name !== undefined) {
    throw new TweedieError(
      'usage',
      `\`${name}\`: the network is that of the model whose weights training begins with`,
      {
        hint: `leave \`${name}\` out, or \`from\``,
      },
    )
  }
  if (!entry.accepts(data, { ...options, model: entry.name })) {
    throw new TweedieError('usage', `${data.name}: models of ${entry.of} are not trained on such data`)
  }
  if (!family.further) throw new TweedieError('usage', `models of ${entry.of} cannot be trained further`)
  const { from: _, scheduler: __, variant: ___, ...asked } = options
  return { ...family.further(model, data, options), ...asked, model: entry.name }
}

/**
 * The weights that a run begins with.
 *
 * @returns the weights, and sentences about what of the model could not be used
 * @throws TweedieError `model` where they do not fit the network
 */
export function startOf(
  { family, model }: Opened,
  spec: BaseSpec,
  data: TrainData,
  own: OwnParts,
): { readonly start: StartWeights; readonly notes: readonly string[] } {
  const [[name, part]] = learningParts(family.problem(spec, data, own).parts) as [ReturnType<typeof learningParts>[0]]
  const initial = initialParameters(spec, part.layout)
  const { weights, notes } = weightsFor(part.network ?? {}, part.layout, family.write(model).weights, initial)
  return { start: { weights: new Map([[name, part.layout.toMap(weights)]]) }, notes }
}
