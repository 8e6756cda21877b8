/** The options under which a vector-quantised autoencoder is trained further. */
import type { OptionValues } from '../../options.ts'
import type { VqModel } from './model.ts'

/** Its network and its commitment. */
export function further({ autoencoder, meta }: VqModel): OptionValues {
  const { _class_name: _, _diffusers_version: __, ...config } = autoencoder.config
  const { commitment } = meta.objective
  return {
    network: { className: autoencoder.className, config },
    ...(typeof commitment === 'number' && { commitment }),
  }
}
