/** The options under which an autoencoder is trained further. */
import type { OptionValues } from '../../options.ts'
import { furtherOptions } from '../coded/meta.ts'
import type { VaeModel } from './model.ts'

/** Its network and its law. */
export function further({ autoencoder, law }: VaeModel, _: unknown, options: OptionValues): OptionValues {
  return furtherOptions(autoencoder, law, options)
}
