/** The abilities of models of windows of codes: assimilation, and its judgement on states that were held out. */
import type { OptionValues } from '../../../options.ts'
import type { Ensemble } from '../../ensemble.ts'
import type { AssimilationData, Judgement, Setting } from '../../family.ts'
import { assimilateBy } from '../../values/assimilate.ts'
import { judgeFieldsBy } from '../../values/judge-fields.ts'
import type { LatentModel } from '../model.ts'
import { type CodeDraws, sourceOfCodes } from './source.ts'

/**
 * An ensemble of trajectories given observations, drawn as codes.
 *
 * Appa: Bending Weather Dynamics with Latent Diffusion Models for Global Data Assimilation (Andry et al., 2025), https://arxiv.org/abs/2504.18720
 *
 * @throws TweedieError `usage` for a model that is none of windows of fields, or observations that do not fit it
 */
export async function assimilate(
  model: LatentModel,
  data: AssimilationData,
  options: OptionValues,
  setting: Setting,
): Promise<Ensemble> {
  using source = await sourceOfCodes(model, options as CodeDraws, setting)
  return await assimilateBy(source, data, options, setting)
}

/** What `eval` says of such a model. @throws TweedieError `usage` where nothing was held out */
export async function judgeWindows(model: LatentModel, options: OptionValues, setting: Setting): Promise<Judgement> {
  using source = await sourceOfCodes(model, options as CodeDraws, setting)
  return await judgeFieldsBy(source, options, setting)
}
