/** Evaluation of the model in a folder. */
import type { Judgement, OwnParts } from '../../families/family.ts'
import { abilityOf, type Opened } from '../../families/registry.ts'
import { writeFileAtomic } from '../../files/io/node/files.ts'
import type { OptionValues } from '../../options.ts'
import { requireNew } from './require-new.ts'
import { settingFor, type Watch } from './setting.ts'

/** Where the model lies, the user's own parts, and how the work is stopped and watched. */
export interface EvaluateRequest extends Watch {
  readonly place: string
  readonly own?: OwnParts | undefined
  /** A `.json` file for the facts; by default nothing is written. */
  readonly out?: string | undefined
  /** Overwrite an existing file. */
  readonly force?: boolean | undefined
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
  { place, own = {}, out, force = false, ...watch }: EvaluateRequest,
): Promise<Judgement> {
  if (out !== undefined) await requireNew(out, ['.json'], force)
  const ability = await abilityOf('evaluate', opened, own)
  const setting = await settingFor(place, opened, options, own, watch)
  const judgement = await ability(opened.model, options, setting)
  const facts = { model: place, save: opened.model.meta.save, ...judgement.facts }
  if (out !== undefined) await writeFileAtomic(out, `${JSON.stringify(facts, undefined, 2)}\n`)
  return { ...judgement, facts }
}
