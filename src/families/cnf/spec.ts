/** The specification of a training run of a continuous flow: everything that decides its result, as plain JSON. */
import * as z from 'zod'
import type { TraceKind } from '../../diffusion/ode-flow/flow-likelihood.ts'
import type { FixedSolverName } from '../../diffusion/ode-flow/solve.ts'
import { TweedieError } from '../../errors.ts'
import { checkBaseSpec } from '../../tools/train/spec.ts'
import { flowSolvers, traces } from '../choices.ts'
import type { SpecFor } from '../family.ts'
import { specParser } from '../spec-parser.ts'
import type { CnfModel } from './model.ts'

/** How a flow is trained. */
export interface FlowSpec {
  readonly solver: FixedSolverName
  /** Equal steps of it from data to noise. */
  readonly steps: number
  readonly trace: TraceKind
  /** λ of the kinetic energy, per dimension. */
  readonly kinetic: number
  /** λ of the squared Jacobian, per dimension. */
  readonly jacobian: number
  /** The network's time is so many times t. */
  readonly timeScale: number
  /** Equally spaced values of an element, which are dequantised; null: any number. */
  readonly values: number | null
}

/** A training run by maximum likelihood through the solve. */
export interface CnfTrainSpec extends SpecFor<CnfModel> {
  readonly flow: FlowSpec
}

const flowShape = z.looseObject({
  solver: z.enum(flowSolvers as [FixedSolverName]),
  steps: z.int().positive().max(1000),
  trace: z.enum(traces as [TraceKind]),
  kinetic: z.number().min(0),
  jacobian: z.number().min(0),
  timeScale: z.number().positive(),
  values: z.int().min(2).nullable(),
})

/** A specification that was read from a file. */
export const parseSpec: (value: unknown, source: string) => CnfTrainSpec = specParser<CnfTrainSpec>({ flow: flowShape })

/** The flow that a folder records. */
export function parseFlow(value: unknown): FlowSpec {
  const parsed = flowShape.safeParse(value)
  if (parsed.success) return parsed.data as FlowSpec
  const { path, message } = parsed.error.issues[0]!
  throw new TweedieError('model', `tweedie.json: objective.flow.${path.join('.')}: ${message}`, {
    hint: 'was it written by a newer tweedie?',
  })
}

/** Refuses impossible numbers. @throws TweedieError `usage` that names the field */
export function checkCnfSpec(spec: CnfTrainSpec): void {
  checkBaseSpec(spec)
  const { steps, kinetic, jacobian, timeScale } = spec.flow
  if (!(Number.isInteger(steps) && steps > 0 && steps <= 1000)) {
    throw new TweedieError('usage', `\`solverSteps\` is ${steps}: it must be a whole number from 1 to 1000`)
  }
  for (const [name, value] of Object.entries({ kinetic, jacobian })) {
    if (!(value >= 0 && Number.isFinite(value))) {
      throw new TweedieError('usage', `\`${name}\` is ${value}: it must not be negative`)
    }
  }
  if (!(timeScale > 0 && Number.isFinite(timeScale))) {
    throw new TweedieError('usage', `flow.timeScale is ${timeScale}: it must be positive`)
  }
}
