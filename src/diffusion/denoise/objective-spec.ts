/** The objective of a training run as plain JSON, and what it means on a noise schedule. */
import { TweedieError } from '../../errors.ts'
import type { Schedule } from '../noise/schedule.ts'
import { defaultInputView, type InputView, inputView, type InputViewName } from './input-view.ts'
import {
  edmPreconditioning,
  type Parametrisation,
  parametrisation,
  type ParametrisationName,
  parametrisations,
} from './parametrisation.ts'
import { type TimeDistribution, timeDistribution, type TimesSpec } from './time-distribution.ts'
import { lossWeight, type OwnWeightings, type WeightingName, type WeightingOptions } from './weighting.ts'

/** A prediction that a model may be trained to make. */
export type TrainedParametrisation = ParametrisationName | 'edm'

/** The names of {@link TrainedParametrisation}. */
export const trainedParametrisations = Object.freeze([
  ...Object.keys(parametrisations),
  'edm',
]) as readonly TrainedParametrisation[]

/** What is predicted, and how its errors are weighed. */
export interface ObjectiveSpec {
  readonly parametrisation: TrainedParametrisation
  readonly weighting: WeightingName
  readonly weightingOptions?: WeightingOptions
  /** The distribution of training times; default `uniform`. */
  readonly times?: TimesSpec
  /** The standard deviation of the data, for EDM's preconditioning and weighting and the view `noise`; default 0.5. */
  readonly sigmaData?: number
  /** How the network sees state and time; the default depends on the schedule. */
  readonly input?: InputViewName
}

/** An objective on a schedule. */
export interface Objective {
  readonly schedule: Schedule
  readonly parametrisation: Parametrisation
  readonly view: InputView
  readonly times: TimeDistribution
  /** The factor of |m̂ − m|² of an item at time t. */
  weight(t: number): number
}

/** The parametrisation of this name; EDM's depends on the data. */
export function trainedParametrisation(name: TrainedParametrisation, sigmaData?: number): Parametrisation {
  return name === 'edm' ? edmPreconditioning(sigmaData) : parametrisation(name)
}

/**
 * What a specification means.
 *
 * @param own weightings by names of the user's own
 * @throws TweedieError `usage` for an unknown name, or a combination that makes no sense
 */
export function objectiveOf(spec: ObjectiveSpec, schedule: Schedule, own: OwnWeightings = {}): Objective {
  const { weighting, weightingOptions, sigmaData = 0.5 } = spec
  const kind = trainedParametrisation(spec.parametrisation, sigmaData)
  if (!(sigmaData > 0 && Number.isFinite(sigmaData))) {
    throw new TweedieError('usage', `sigmaData is ${sigmaData}: it must be a positive number`)
  }
  refuseUnbounded(spec, schedule)
  const times = timeDistribution(spec.times ?? { name: 'uniform' }, schedule)
  const options = { sigmaData, ...weightingOptions }
  return Object.freeze({
    schedule,
    parametrisation: kind,
    view: inputView(spec.input ?? defaultInputView(schedule, spec.parametrisation), schedule, sigmaData),
    times,
    weight: (t: number) => lossWeight(weighting, kind, schedule, t, options, own) / times.correction(t),
  })
}

/** Refuses targets that grow without bound: their errors would outweigh everything else. */
function refuseUnbounded({ parametrisation, weighting }: ObjectiveSpec, schedule: Schedule): void {
  if (parametrisation === 'v' && schedule.sigma(1) > 2) {
    throw new TweedieError(
      'usage',
      `v on ${schedule.name}: v = α ε − σ x₀ grows with the noise, up to ${schedule.sigma(1)}`,
      {
        hint: 'predict edm, score or epsilon',
      },
    )
  }
  if (parametrisation === 'flow' && fastest(schedule) > 20) {
    throw new TweedieError(
      'usage',
      `flow on ${schedule.name}: the velocity α′ x₀ + σ′ ε has no useful bound there, σ′ reaches ${fastest(schedule).toPrecision(2)}`,
      {
        hint: `predict ${schedule.sigma(1) > 2 ? 'edm' : 'v'}, or take the noise rectified-flow`,
      },
    )
  }
  if (parametrisation === 'score' && weighting === 'simple') {
    throw new TweedieError('usage', 'the score weighed simply: −ε/σ has no bound where the noise vanishes', {
      hint: 'the weighting snr counts σ² times its error, likelihood g²',
    })
  }
}

/** The largest of |σ′| at either end, where it is largest if it is large: noise begins like √t, or grows to many times the data. */
function fastest({ table, sigmaRate }: Schedule): number {
  return Math.max(Math.abs(sigmaRate(table ? 1 / table.steps : 1e-6)), Math.abs(sigmaRate(1)))
}
