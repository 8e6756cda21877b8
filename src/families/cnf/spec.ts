/** The specification of a training run of a continuous flow: everything that decides its result, as plain JSON. */
import { TweedieError } from '../../errors.ts'
import { checkBaseSpec } from '../../tools/train/spec.ts'
import type { SpecFor } from '../family.ts'
import { specParser } from '../spec-parser.ts'
import { type FlowSpec, flowShape } from './flow-spec.ts'
import type { CnfModel } from './model.ts'

/** A training run by maximum likelihood through the solve. */
export interface CnfTrainSpec extends SpecFor<CnfModel> {
  readonly flow: FlowSpec
}

/** A specification that was read from a file. */
export const parseSpec: (value: unknown, source: string) => CnfTrainSpec = specParser<CnfTrainSpec>({ flow: flowShape })

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
