/** A run whose network is told what it estimated a step before. */
import { estimateName, estimateSpec } from '../../../diffusion/denoise/self-conditioned.ts'
import { TweedieError } from '../../../errors.ts'
import type { TrainSpec } from '../spec.ts'

/** Predictions whose x̂₀ has no bound where all is noise: dividing by α makes it so. */
const unbounded: readonly string[] = ['epsilon', 'score']

/**
 * The same run with the condition in its network.
 *
 * @throws TweedieError `usage` for data, networks and objectives that it does not go with
 */
export function toldOfEstimates(
  spec: TrainSpec,
  {
    inputShape,
    fewSteps,
    kind,
  }: { readonly inputShape: readonly number[]; readonly fewSteps: boolean; readonly kind: string },
): TrainSpec {
  const { network, objective } = spec
  const refuse = (why: string, hint: string): never => {
    throw new TweedieError('usage', `\`selfConditioning\`: ${why}`, { hint })
  }
  if (fewSteps) refuse('sampling in few steps is learned without', 'leave `selfConditioning` out')
  if (unbounded.includes(objective.parametrisation))
    refuse(
      `an estimate from a prediction of ${objective.parametrisation} has no bound where all is noise`,
      '`parametrisation: v`',
    )
  if (inputShape.length === 2)
    refuse(`data of kind ${kind} are sets, whose networks take none`, 'it is for pictures, videos and points')
  const known = (network.config['conditions'] ?? {}) as Readonly<Record<string, unknown>>
  // a model that is trained further keeps its own
  const conditions = { [estimateName]: { ...estimateSpec(inputShape) }, ...known }
  return { ...spec, selfConditioning: true, network: { ...network, config: { ...network.config, conditions } } }
}
