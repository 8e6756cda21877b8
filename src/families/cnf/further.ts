/** Training further, and training that begins with the weights of a flow-matching model: the same field, learned by regression. */
import { TweedieError } from '../../errors.ts'
import { type ArrayDataset, classCount } from '../../files/data/dataset.ts'
import type { OptionValues } from '../../options.ts'
import type { FamilyModel } from '../family.ts'
import type { CnfModel } from './model.ts'

/** Its network and its solve. */
export function further({ network, flow }: CnfModel, data: ArrayDataset, options: OptionValues): OptionValues {
  const { solver, steps, trace, kinetic, jacobian, timeScale, values } = flow
  requireTime(options, timeScale)
  return {
    network: networkWith(network, classCount(data)),
    solver,
    solverSteps: steps,
    trace,
    kinetic,
    jacobian,
    timeScale,
    ...(values !== null && data.kind === 'image' && { values }),
  }
}

/** What of another family's model tells that its network is a field from data to noise. */
interface Velocity {
  readonly parametrisation: { readonly name: string }
  readonly schedule: { readonly name: string }
  readonly view: { readonly name: string; time(t: number): number; scale(t: number): number }
  readonly frame: { readonly patch: number }
  readonly network: CnfModel['network']
  readonly unconditionalLabel: number | undefined
}

/**
 * The options of a run that begins with a flow-matching model: its network is the velocity of rectified flow, from data at t = 0 to noise
 * at t = 1, so it is a field already.
 *
 * @throws TweedieError `usage` for a model that predicts something else, or on other noise
 */
export function beginWith(other: FamilyModel, data: ArrayDataset, options: OptionValues): OptionValues {
  const { parametrisation, schedule, view, frame, network, unconditionalLabel } = other as FamilyModel &
    Partial<Velocity>
  if (
    parametrisation?.name !== 'flow' ||
    schedule?.name !== 'rectified-flow' ||
    !['time', 'slow'].includes(view?.name ?? '') ||
    !network
  ) {
    const predicts = parametrisation ? `predicts ${parametrisation.name} on ${schedule?.name}` : 'is none of velocities'
    throw new TweedieError('usage', `a continuous flow begins with a flow-matching model, and this one ${predicts}`, {
      hint: 'train one with `objective: flow-matching`',
    })
  }
  if (frame !== undefined && frame.patch !== 1) {
    throw new TweedieError('usage', `the model sees patches of ${frame.patch}, a continuous flow sees pixels`, {
      hint: 'train it with `patch: 1`',
    })
  }
  const timeScale = view!.time(1)
  requireTime(options, timeScale)
  const spare = unconditionalLabel === undefined ? 0 : 1
  const classes = classCount(data)
  return { network: networkWith(network, classes > 0 ? classes + spare : 0), timeScale }
}

/** Weights know one time. */
function requireTime({ timeScale: asked }: OptionValues, timeScale: number): void {
  if (asked === undefined || asked === timeScale) return
  throw new TweedieError(
    'usage',
    `\`timeScale: ${String(asked)}\`: the weights that training begins with know times to ${timeScale}`,
    {
      hint: 'leave `timeScale` out',
    },
  )
}

/** A network by name and configuration, for so many classes. */
function networkWith({ className, config }: CnfModel['network'], classes: number) {
  const { num_class_embeds: _, _class_name: __, ...rest } = config
  return { className, config: { ...rest, ...(classes > 0 && { num_class_embeds: classes }) } }
}
