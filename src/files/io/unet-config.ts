/**
 * The configuration of a `UNet2DModel` as a file has it: completed when it is read, and written without options that
 * older versions of diffusers do not know.
 */
import { isTweedieError, TweedieError } from '../../errors.ts'
import { type UNet2DConfig, type UNet2DFields, completeConfig, writtenConfig } from '../../engine/nn/unet2d/config.ts'

/** What diffusers' `EMAModel` adds to the configuration of the network that it averages. */
const averaging = [
  'decay',
  'min_decay',
  'optimization_step',
  'update_after_step',
  'use_ema_warmup',
  'inv_gamma',
  'power',
]

/**
 * Checks and completes the options; an error says in which file they are.
 *
 * @param size height and width where the file has none
 */
export function completeUNet(
  config: Readonly<Record<string, unknown>>,
  source: string,
  size?: UNet2DFields['sample_size'],
): UNet2DFields {
  const own = Object.fromEntries(Object.entries(config).filter(([key]) => !averaging.includes(key)))
  if ((own['sample_size'] ?? null) === null) {
    if (size === undefined) {
      throw new TweedieError('model', `${source}: sample_size is null, so the size of the images is not known`, {
        hint: 'write it into the file, or give it: `sampleSize: 32`',
      })
    }
    own['sample_size'] = size
  }
  try {
    return completeConfig(own as unknown as UNet2DConfig)
  } catch (error) {
    if (!isTweedieError(error)) throw error
    const { code, message, hint } = error
    throw new TweedieError(code, `${source}: ${message}`, { ...(hint !== undefined && { hint }), cause: error })
  }
}

/** The options as they are written. */
export function formatUNet(config: Readonly<Record<string, unknown>>): object {
  return writtenConfig(completeConfig(config as unknown as UNet2DConfig))
}
