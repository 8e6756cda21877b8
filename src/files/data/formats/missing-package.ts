/** The refusal of a file whose reader is an optional package that is not installed. */
import { TweedieError } from '../../../errors.ts'

/** An error of code `usage` that says what to install. */
export function missingPackage(name: string, what: string, cause: unknown): TweedieError {
  return new TweedieError('usage', `${what} are read by the package ${name}, which is not installed`, {
    hint: `npm install ${name}`,
    cause,
  })
}
