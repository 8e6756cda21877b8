/** The options under which a hierarchy is trained further. */
import type { OptionValues } from '../../options.ts'
import { furtherOptions } from '../coded/meta.ts'
import type { HvaeModel } from './model.ts'

/** Its network and its law. */
export function further({ network, law }: HvaeModel, _: unknown, options: OptionValues): OptionValues {
  return furtherOptions(network, law, options)
}
