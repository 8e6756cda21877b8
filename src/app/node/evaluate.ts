/** Evaluation of the model in a folder. */
import type { Judgement, OwnParts } from '../../families/family.ts'
import { abilityOf, type Opened } from '../../families/registry.ts'
import type { OptionValues } from '../../options.ts'
import { settingFor, type Watch } from './setting.ts'

/** Where the model lies, the user's own parts, and how the work is stopped and watched. */
export interface EvaluateRequest extends Watch {
  readonly place: string
  readonly own?: OwnParts | undefined
}

/**
 * Judges a model by its samples, or by the likelihood of data; `options` are those of the command `eval`. The same seed gives the
 * same figures. The data are those that the model was trained on (its run folder records them), unless others are
 * named.
 *
 * @returns the results of its family; the facts begin with the model's path and save
 * @throws TweedieError `usage` if its family cannot be evaluated, or not with these options; `data`, `interrupted`
 * @example
 * const { facts, text } = await evaluate(await openFolder('runs/mine'), { count: 500 }, { place: 'runs/mine' })
 */
export async function evaluate(
  opened: Opened,
  options: OptionValues,
  { place, own = {}, ...watch }: EvaluateRequest,
): Promise<Judgement> {
  const ability = await abilityOf('evaluate', opened, own)
  const setting = await settingFor(place, opened, options, own, watch)
  const judgement = await ability(opened.model, options, setting)
  return { ...judgement, facts: { model: place, save: opened.model.meta.save, ...judgement.facts } }
}
