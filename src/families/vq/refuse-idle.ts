/** Refuses options of `sample` that mean nothing to encoding and decoding: nothing is drawn. */
import { TweedieError } from '../../errors.ts'
import type { OptionValues } from '../../options.ts'

/** @throws TweedieError `usage` that names the option */
export function refuseIdle({ count }: OptionValues, way: 'encode' | 'decode'): void {
  if (count === undefined) return
  throw new TweedieError('usage', `\`count\` means nothing to \`${way}\`: as many items come out as go in`)
}
