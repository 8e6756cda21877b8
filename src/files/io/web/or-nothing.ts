/** What is not there, in folders of a browser. */
import { TweedieError } from '../../../errors.ts'

/** What is not there is no error; anything else is. */
export function orNothing(error: unknown): undefined {
  const name = error instanceof Error ? error.name : ''
  if (name === 'NotFoundError' || name === 'TypeMismatchError') return undefined
  if (name === 'NotAllowedError') {
    throw new TweedieError('data', 'the browser does not allow to read this folder any more', {
      hint: 'pick it again',
      cause: error,
    })
  }
  throw error
}
