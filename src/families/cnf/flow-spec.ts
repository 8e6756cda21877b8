/** How a continuous flow is trained, as specifications and folders have it. */
import * as z from 'zod/mini'
import type { TraceKind } from '../../diffusion/ode-flow/flow-likelihood.ts'
import type { FixedSolverName } from '../../diffusion/ode-flow/solve.ts'
import { TweedieError } from '../../errors.ts'
import { tryConfig } from '../../files/io/parse-config.ts'
import { flowSolvers, traces } from '../choices.ts'

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

/** Its fields. */
export const flowShape: z.ZodMiniType = z.looseObject({
  solver: z.enum(flowSolvers as [FixedSolverName]),
  steps: z.int().check(z.positive(), z.maximum(1000)),
  trace: z.enum(traces as [TraceKind]),
  kinetic: z.number().check(z.minimum(0)),
  jacobian: z.number().check(z.minimum(0)),
  timeScale: z.number().check(z.positive()),
  values: z.nullable(z.int().check(z.minimum(2))),
})

/** The flow that a folder records. */
export function parseFlow(value: unknown): FlowSpec {
  const parsed = tryConfig(flowShape, value)
  if (parsed.success) return parsed.data as FlowSpec
  const { path, message } = parsed.error.issues[0]!
  throw new TweedieError('model', `tweedie.json: objective.flow.${path.join('.')}: ${message}`, {
    hint: 'was it written by a newer tweedie?',
  })
}
