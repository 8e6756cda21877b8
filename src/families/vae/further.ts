/** The options under which an autoencoder is trained further. */
import type { OptionValues } from '../../options.ts'
import type { VaeModel } from './model.ts'

/** Its network and its law, whose width begins where it was. */
export function further({ autoencoder: { className, config }, law }: VaeModel): OptionValues {
  const { _class_name: _, _diffusers_version: __, ...plain } = config
  return {
    network: { className, config: plain },
    decoderLaw: law.name,
    ...(law.shades !== undefined && { shades: law.shades }),
    ...(law.sigma !== undefined && { sigma: law.sigma }),
  }
}
